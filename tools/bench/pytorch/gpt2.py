"""GPT-2 in plain PyTorch, in the manner of minGPT, with random weights: what people patch today."""

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional


@dataclass(frozen=True)
class Sizes:
    n_layer: int
    n_head: int
    d_model: int
    vocab_size: int = 50257
    n_positions: int = 1024


SIZES = {
    "gpt2": Sizes(12, 12, 768),
    "gpt2-medium": Sizes(24, 16, 1024),
    "gpt2-large": Sizes(36, 20, 1280),
    "gpt2-xl": Sizes(48, 25, 1600),
}


class Attention(nn.Module):
    def __init__(self, sizes: Sizes):
        super().__init__()
        self.n_head = sizes.n_head
        self.c_attn = nn.Linear(sizes.d_model, 3 * sizes.d_model)
        self.c_proj = nn.Linear(sizes.d_model, sizes.d_model)
        mask = torch.tril(torch.ones(sizes.n_positions, sizes.n_positions)).bool()
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = self.c_attn(x).split(width, dim=2)
        q, k, v = (
            part.view(batch, length, self.n_head, width // self.n_head).transpose(1, 2)
            for part in (q, k, v)
        )
        scores = q @ k.transpose(-2, -1) / math.sqrt(k.size(-1))
        scores = scores.masked_fill(~self.mask[:length, :length], float("-inf"))
        z = functional.softmax(scores, dim=-1) @ v
        return self.c_proj(z.transpose(1, 2).reshape(batch, length, width))


class GELU(nn.Module):
    def forward(self, x):
        return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x**3)))


class Block(nn.Module):
    def __init__(self, sizes: Sizes):
        super().__init__()
        self.ln_1 = nn.LayerNorm(sizes.d_model)
        self.attn = Attention(sizes)
        self.ln_2 = nn.LayerNorm(sizes.d_model)
        self.mlp = nn.Sequential(
            nn.Linear(sizes.d_model, 4 * sizes.d_model),
            GELU(),
            nn.Linear(4 * sizes.d_model, sizes.d_model),
        )

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class GPT2(nn.Module):
    """ids [batch, T] -> logits [batch, T, vocab_size], or [batch, vocab_size] for the last position."""

    def __init__(self, sizes: Sizes, only_last: bool = False):
        super().__init__()
        self.only_last = only_last
        self.wte = nn.Embedding(sizes.vocab_size, sizes.d_model)
        self.wpe = nn.Embedding(sizes.n_positions, sizes.d_model)
        self.h = nn.ModuleList(Block(sizes) for _ in range(sizes.n_layer))
        self.ln_f = nn.LayerNorm(sizes.d_model)
        self.lm_head = nn.Linear(sizes.d_model, sizes.vocab_size, bias=False)
        self.lm_head.weight = self.wte.weight
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, ids):
        x = self.wte(ids) + self.wpe(torch.arange(ids.size(1)))
        for block in self.h:
            x = block(x)
        if self.only_last:
            x = x[:, -1, :]
        return self.lm_head(self.ln_f(x))
