"""GPT-2 in PyTorch, with the published tensor names, and its file in the safetensors format."""

import json
import math
import struct

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class Conv1D(nn.Module):
    """GPT-2's linear layer: weight [inputs, outputs]."""

    def __init__(self, inputs, outputs, std):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs) * std)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x):
        flat = torch.addmm(self.bias, x.reshape(-1, x.shape[-1]), self.weight)
        return flat.view(*x.shape[:-1], -1)


class Attention(nn.Module):
    """Causal self-attention over x [B, T, D].

    dropout: in training, the share of (text, head) whose z is left out, so that no head does alone
    what several can do. The published file does not hold it.
    """

    def __init__(self, config):
        super().__init__()
        self.dropout = 0.0
        width = config["n_embd"]
        self.heads = config["n_head"]
        self.c_attn = Conv1D(width, 3 * width, 0.02)
        self.c_proj = Conv1D(width, width, 0.02 / math.sqrt(2 * config["n_layer"]))

    def forward(self, x, mask):
        B, T, D = x.shape
        q, k, v = self.c_attn(x).view(B, T, 3, self.heads, D // self.heads).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-2, -1) / math.sqrt(D // self.heads) + mask[:T, :T]
        z = scores.softmax(-1) @ v
        if self.training and self.dropout:
            z = z * F.dropout(z.new_ones(B, self.heads, 1, 1), self.dropout)
        return self.c_proj(z.transpose(1, 2).reshape(B, T, D))


class Mlp(nn.Module):
    """Two layers, the tanh form of GELU between them."""

    def __init__(self, config):
        super().__init__()
        width = config["n_embd"]
        self.c_fc = Conv1D(width, 4 * width, 0.02)
        self.c_proj = Conv1D(4 * width, width, 0.02 / math.sqrt(2 * config["n_layer"]))

    def forward(self, x):
        return self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))


class Block(nn.Module):
    """One pre-norm layer."""

    def __init__(self, config):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config["n_embd"], config["layer_norm_epsilon"])
        self.attn = Attention(config)
        self.ln_2 = nn.LayerNorm(config["n_embd"], config["layer_norm_epsilon"])
        self.mlp = Mlp(config)

    def forward(self, x, mask):
        x = x + self.attn(self.ln_1(x), mask)
        return x + self.mlp(self.ln_2(x))


class Gpt2(nn.Module):
    """GPT-2 with a tied unembedding."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.wte = nn.Embedding(config["vocab_size"], config["n_embd"])
        self.wpe = nn.Embedding(config["n_positions"], config["n_embd"])
        nn.init.normal_(self.wte.weight, std=0.02)
        nn.init.normal_(self.wpe.weight, std=0.01)
        self.h = nn.ModuleList(Block(config) for _ in range(config["n_layer"]))
        self.ln_f = nn.LayerNorm(config["n_embd"], config["layer_norm_epsilon"])
        size = config["n_positions"]
        mask = torch.full((size, size), float("-inf")).triu(1)
        self.register_buffer("mask", mask, persistent=False)

    def hidden(self, ids):
        """ids [B, T] to the final layer norm's output [B, T, D]."""
        x = self.wte(ids) + self.wpe.weight[: ids.shape[1]]
        for block in self.h:
            x = block(x, self.mask)
        return self.ln_f(x)

    def forward(self, ids):
        """ids [B, T] to logits [B, T, V]."""
        return self.hidden(ids) @ self.wte.weight.T


def make_config(vocab_size, positions, width, layers, heads):
    """Returns the model's config.json, with the keys of the published ones."""
    return {
        "activation_function": "gelu_new",
        "architectures": ["GPT2LMHeadModel"],
        "attn_pdrop": 0.0,
        "bos_token_id": vocab_size - 1,
        "embd_pdrop": 0.0,
        "eos_token_id": vocab_size - 1,
        "initializer_range": 0.02,
        "layer_norm_epsilon": 1e-05,
        "model_type": "gpt2",
        "n_ctx": positions,
        "n_embd": width,
        "n_head": heads,
        "n_layer": layers,
        "n_positions": positions,
        "resid_pdrop": 0.0,
        "torch_dtype": "float16",
        "vocab_size": vocab_size,
    }


def save_safetensors(path, tensors):
    """Writes {name: tensor} in F16: header length, JSON header padded to 8 bytes, then the data."""
    header, chunks, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for name, tensor in tensors.items():
        chunk = tensor.detach().cpu().numpy().astype("<f2").tobytes()
        end = offset + len(chunk)
        header[name] = {"dtype": "F16", "shape": list(tensor.shape), "data_offsets": [offset, end]}
        chunks.append(chunk)
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(chunks))


def load_safetensors(path):
    """Reads what `save_safetensors` wrote, widened to f32."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = (8 + length + at for at in entry["data_offsets"])
            array = np.frombuffer(data[start:end], "<f2").astype(np.float32)
            tensors[name] = torch.from_numpy(array).view(entry["shape"])
    return tensors


def load_model(folder):
    """Returns the model of a folder in the published layout: its F16 weights, in f32 arithmetic."""
    model = Gpt2(json.loads((folder / "config.json").read_text()))
    model.load_state_dict(load_safetensors(folder / "model.safetensors"))
    return model.eval()
