#!/usr/bin/env python3
"""Writes the golden models: small GPT-2s of odd shapes with what PyTorch gives for them.

    build/transformer-lens/bin/python tests/golden/make_golden.py [NAME ...]

with the packages of tools/transformer-lens/requirements.txt; all cases, or those named.

Each folder under tests/golden/models holds a model in the published layout and expected.json: the
logits of a clean and a corrupted run, and the whole denoising sweep over resid_post, one forward
pass a patch, as the report does it; and sites.json and pairs.json, see golden_sites.py. The forward
pass is written out here, to have a place for each edit; its logits are held against those of
transformers' own class. Run it again only to change the cases; the files are committed.
"""

import json
import math
import struct
import sys
from dataclasses import dataclass, field
from pathlib import Path

import torch
import torch.nn.functional as F
from transformers import GPT2Config, GPT2LMHeadModel, GPTNeoConfig, GPTNeoForCausalLM

import golden_sites

MODELS = Path(__file__).parent / "models"
DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


@dataclass
class Case:
    """One golden model and the prompts that it is run on."""

    name: str
    n_layer: int
    n_head: int
    n_embd: int
    vocab_size: int
    length: int
    differences: list = field(default_factory=lambda: [0])
    n_positions: int = 16
    epsilon: float = 1e-5
    dtype: str = "F32"
    prefix: str = ""
    untied: bool = False
    masks: bool = False
    variant: dict = field(default_factory=dict)  # more of config.json
    windows: list = field(default_factory=list)  # of a GPT-Neo, one a layer

    def first_key(self, layer, query):
        """The first that the query sees."""
        return max(0, query + 1 - self.windows[layer]) if self.windows else 0


CASES = [
    Case("odd-width", 3, 3, 21, 50, 9, [2], prefix="transformer.", masks=True),
    Case("one-head-untied", 2, 1, 20, 37, 7, [1, 4], dtype="F16", untied=True),
    Case("vocabulary-of-three", 2, 2, 10, 3, 1, [0], n_positions=1, dtype="BF16"),
    Case("large-epsilon", 4, 4, 40, 101, 33, [6, 7], n_positions=40, epsilon=1e-2, dtype="F16"),
    Case("erf-by-layer", 3, 2, 10, 11, 5, [1],
         variant={"activation_function": "gelu", "scale_attn_by_inverse_layer_idx": True}),
    Case("relu-unscaled", 2, 2, 10, 11, 5, [2],
         variant={"activation_function": "relu", "scale_attn_weights": False}),
    Case("gpt-neo", 3, 2, 10, 11, 7, [1, 3], windows=[16, 3, 3]),
]

ACTIVATIONS = {
    "gelu_new": lambda x: F.gelu(x, approximate="tanh"),
    "gelu": F.gelu,
    "relu": F.relu,
}


def shapes(case):
    """Published tensor names with their shapes."""
    d = case.n_embd
    yield "wte.weight", (case.vocab_size, d)
    yield "wpe.weight", (case.n_positions, d)
    for layer in range(case.n_layer):
        for name, shape in [
            ("ln_1.weight", (d,)),
            ("ln_1.bias", (d,)),
            ("attn.c_attn.weight", (d, 3 * d)),
            ("attn.c_attn.bias", (3 * d,)),
            ("attn.c_proj.weight", (d, d)),
            ("attn.c_proj.bias", (d,)),
            ("ln_2.weight", (d,)),
            ("ln_2.bias", (d,)),
            ("mlp.c_fc.weight", (d, 4 * d)),
            ("mlp.c_fc.bias", (4 * d,)),
            ("mlp.c_proj.weight", (4 * d, d)),
            ("mlp.c_proj.bias", (d,)),
        ]:
            yield f"h.{layer}.{name}", shape
    yield "ln_f.weight", (d,)
    yield "ln_f.bias", (d,)
    if case.untied:
        yield "lm_head.weight", (case.vocab_size, d)


def random_weights(case, generator):
    """Weights rounded to the case's dtype, so that file and expectation agree."""
    weights = {}
    for name, shape in shapes(case):
        values = torch.randn(shape, generator=generator) * 0.3
        if "ln_" in name and name.endswith("weight"):
            values += 1
        if case.windows and name.endswith("c_attn.bias"):
            values.zero_()
        weights[name] = values.to(DTYPES[case.dtype])
    return weights


def config_of(case):
    """config.json"""
    if case.windows:
        window = min(case.windows)
        kinds = ["local" if each == window else "global" for each in case.windows]
        return {
            "model_type": "gpt_neo",
            "activation_function": "gelu_new",
            "attention_types": [[kinds, 1]],
            "hidden_size": case.n_embd,
            "intermediate_size": None,
            "layer_norm_epsilon": case.epsilon,
            "max_position_embeddings": case.n_positions,
            "num_heads": case.n_head,
            "num_layers": case.n_layer,
            "vocab_size": case.vocab_size,
            "window_size": window,
        }
    return {
        "model_type": "gpt2",
        "activation_function": "gelu_new",
        "layer_norm_epsilon": case.epsilon,
        "n_layer": case.n_layer,
        "n_head": case.n_head,
        "n_embd": case.n_embd,
        "n_positions": case.n_positions,
        "vocab_size": case.vocab_size,
    } | case.variant


def score_scale(case, layer):
    """What a query times a key is multiplied with."""
    scale = 1 / math.sqrt(case.n_embd // case.n_head)
    if case.windows or not case.variant.get("scale_attn_weights", True):
        scale = 1
    return scale / (layer + 1) if case.variant.get("scale_attn_by_inverse_layer_idx") else scale


def forward(case, weights, tokens, edit=lambda site, layer, values: values, dtype=torch.float32):
    """Returns (logits of the last position [V], resid_post [L][T, D]).

    edit(site, layer, values) returns what the run goes on with: [T, D] for sites of the stream,
    [T, 4 D] for mlp_post, [H, T, d_head] for q, k, v and z, [H, T, T] for attn_scores and pattern.
    """
    w = {name: values.to(dtype) for name, values in weights.items()}
    norm = lambda x, name: F.layer_norm(
        x, (case.n_embd,), w[name + ".weight"], w[name + ".bias"], case.epsilon
    )
    project = lambda x, name: x @ w[name + ".weight"] + w[name + ".bias"]
    activate = ACTIVATIONS[config_of(case)["activation_function"]]
    t = len(tokens)
    x = w["wte.weight"][tokens] + w["wpe.weight"][:t]
    resid_post = []
    for layer in range(case.n_layer):
        h = f"h.{layer}."
        x = edit("resid_pre", layer, x)
        qkv = project(norm(x, h + "ln_1"), h + "attn.c_attn")
        q, k, v = (
            edit(site, layer, part.view(t, case.n_head, -1).transpose(0, 1))
            for site, part in zip("qkv", qkv.chunk(3, dim=-1))
        )
        scores = edit("attn_scores", layer, q @ k.transpose(1, 2) * score_scale(case, layer))
        mask = torch.full((t, t), -math.inf, dtype=dtype).triu(1)
        for query in range(t):
            mask[query, : case.first_key(layer, query)] = -math.inf
        pattern = F.softmax(scores + mask, dim=-1)
        z = edit("z", layer, edit("pattern", layer, pattern) @ v)
        z = z.transpose(0, 1).reshape(t, case.n_embd)
        x = edit("resid_mid", layer, x + edit("attn_out", layer, project(z, h + "attn.c_proj")))
        hidden = edit("mlp_post", layer, activate(project(norm(x, h + "ln_2"), h + "mlp.c_fc")))
        x = edit("resid_post", layer, x + edit("mlp_out", layer, project(hidden, h + "mlp.c_proj")))
        resid_post.append(x)
    head = w["lm_head.weight"] if case.untied else w["wte.weight"]
    return norm(x, "ln_f")[-1] @ head.T, resid_post


def as_written(case, weights):
    """The tensors as a file has them: a GPT-Neo's under its own names, [out, in]."""
    if not case.windows:
        return weights
    tensors = {}
    for name, values in weights.items():
        is_matrix = ".c_" in name and name.endswith("weight")
        values = values.T.contiguous() if is_matrix else values
        before, _, what = name.partition(".attn.c_attn.")
        if what == "weight":
            for part, third in zip("qkv", values.chunk(3)):
                tensors[f"{before}.attn.attention.{part}_proj.weight"] = third.contiguous()
        elif not what:
            tensors[name.replace("attn.c_proj", "attn.attention.out_proj")] = values
    return tensors


def check_forward(case, weights, tokens):
    """Raises where transformers' own class has other logits."""
    options = {name: value for name, value in config_of(case).items() if name != "model_type"}
    if case.windows:
        model = GPTNeoForCausalLM(GPTNeoConfig(**options)).double()
    else:
        model = GPT2LMHeadModel(GPT2Config(**options, tie_word_embeddings=not case.untied)).double()
    state = {name if name.startswith("lm_head") else "transformer." + name: values.double()
             for name, values in as_written(case, weights).items()}
    model.load_state_dict(state, strict=False)
    with torch.no_grad():
        theirs = model.eval()(torch.as_tensor(tokens)[None]).logits[0, -1]
    ours, _ = forward(case, weights, tokens, dtype=torch.float64)
    difference = (ours - theirs).abs().max().item()
    if not difference < 1e-6:  # a GPT-Neo's scores are float32 there whatever it is given
        raise SystemExit(f"{case.name}: {difference} from the logits of transformers")


def sweep(case, weights, clean, corrupted, targets):
    """The report's loop: prob and logit as [target][layer][position]."""
    _, clean_resid = forward(case, weights, clean)
    logit = torch.zeros(len(targets), case.n_layer, case.length)
    prob = torch.zeros_like(logit)
    for layer in range(case.n_layer):
        for position in range(case.length):
            patch = golden_sites.replace("resid_post", layer, position, clean_resid[layer])
            logits, _ = forward(case, weights, corrupted, patch)
            logit[:, layer, position] = logits[targets]
            prob[:, layer, position] = F.softmax(logits, dim=-1)[targets]
    return prob, logit


def tensor_bytes(values):
    if values.dtype == torch.bfloat16:
        return (values.float().numpy().view("<u4") >> 16).astype("<u2").tobytes()
    return values.numpy().tobytes()


def write_safetensors(path, case, weights):
    tensors = {case.prefix + name if name != "lm_head.weight" else name: tensor
               for name, tensor in as_written(case, weights).items()}
    header, data = {"__metadata__": {"format": "pt"}}, b""
    entries = [(name, case.dtype, list(t.shape), tensor_bytes(t)) for name, t in tensors.items()]
    if case.masks:
        n = case.n_positions
        entries.insert(3, (f"{case.prefix}h.0.attn.bias", "U8", [1, 1, n, n], bytes(n * n)))
        entries.append((f"{case.prefix}h.0.attn.masked_bias", "F32", [], struct.pack("<f", -1e4)))
    for name, dtype, shape, raw in entries:
        offsets = [len(data), len(data) + len(raw)]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": offsets}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def write_case(case, seed):
    generator = torch.Generator().manual_seed(seed)
    weights = random_weights(case, generator)
    clean = torch.randint(case.vocab_size, (case.length,), generator=generator)
    corrupted = clean.clone()
    for position in case.differences:
        corrupted[position] = (corrupted[position] + 1) % case.vocab_size
    targets = sorted({0, case.vocab_size // 2, case.vocab_size - 1})
    prob, logit = sweep(case, weights, clean, corrupted, targets)
    check_forward(case, weights, corrupted)
    expected = {
        "tokens_clean": clean.tolist(),
        "tokens_corrupted": corrupted.tolist(),
        "targets": targets,
        "logits_clean": forward(case, weights, clean)[0].tolist(),
        "logits_corrupted": forward(case, weights, corrupted)[0].tolist(),
        "prob": prob.tolist(),
        "logit": logit.tolist(),
    }
    folder = MODELS / case.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config_of(case), indent=2) + "\n")
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
    write_safetensors(folder / "model.safetensors", case, weights)
    run = lambda tokens, edit: forward(case, weights, tokens, edit, torch.float64)[0]
    sites = golden_sites.sites(case, run, clean, corrupted, targets)
    (folder / "sites.json").write_text(golden_sites.compact(sites) + "\n")
    if case.length <= golden_sites.MOST_OF_PAIRS:
        pairs = golden_sites.pairs(case, run, clean, corrupted, targets)
        (folder / "pairs.json").write_text(golden_sites.compact(pairs) + "\n")


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    for number, case in enumerate(CASES):
        if case.name in (sys.argv[1:] or [case.name]):
            write_case(case, seed=100 + number)
            print("wrote", case.name)
