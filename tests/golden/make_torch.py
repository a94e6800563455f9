#!/usr/bin/env python3
"""Writes tests/golden/torch: small files as PyTorch writes them, with what PyTorch reads from them.

    python3 -m venv build/torch-files && build/torch-files/bin/pip install torch==2.13.0 numpy transformers==5.24.0
    build/torch-files/bin/python tests/golden/make_torch.py

Each is of one small GPT-2 (2 layers, 2 heads, width 8, 20 tokens, 12 positions), whose logits transformers computes,
or, of nanoGPT's, the forward pass written out here: expected.json. Run it again only to change the cases; the files
are committed.
"""

import argparse
import io
import json
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel

OUT = Path(__file__).parent / "torch"
FUZZ = Path(__file__).parents[1] / "fuzz" / "corpus" / "torch"
IDS = [1, 7, 3, 12, 7]
OTHER_IDS = [1, 4, 3, 12, 7]
TARGET = 2


def small_model():
    torch.manual_seed(16)
    config = GPT2Config(n_layer=2, n_head=2, n_embd=8, vocab_size=20, n_positions=12, bos_token_id=0, eos_token_id=0)
    model = GPT2LMHeadModel(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.3 + (1 if "ln_" in name and "weight" in name else 0))
    return model


def logits(model, state):
    model.load_state_dict(state, strict=False)
    with torch.no_grad():
        values = model.double()(torch.tensor([IDS])).logits[0, -1]
    return [round(float(value), 6) for value in values]


def apart(state):
    """As the model reads them: contiguous, of one's own."""
    return OrderedDict((name, value.detach().double().contiguous().clone()) for name, value in state.items())


def with_masks(state):
    """What older versions of transformers wrote beside the weights."""
    result = OrderedDict(state)
    result._metadata = state._metadata
    for layer in range(2):
        mask = torch.tril(torch.ones(12, 12, dtype=torch.bool if layer else torch.uint8)).view(1, 1, 12, 12)
        result[f"transformer.h.{layer}.attn.bias"] = mask
        result[f"transformer.h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
    return result


def views(state):
    """Matrices as views: transposed, every second number, rows of a larger one, two that overlap."""
    result = OrderedDict((name, value.detach()) for name, value in state.items())
    for name in ("h.0.attn.c_attn", "h.1.mlp.c_fc"):
        key = f"transformer.{name}.weight"
        result[key] = result[key].t().contiguous().t()
    sparse = torch.zeros(8, 16)
    sparse[:, ::2] = result["transformer.h.0.attn.c_proj.weight"]
    result["transformer.h.0.attn.c_proj.weight"] = sparse[:, ::2]
    norms = torch.randn(24)  # ln_1 and ln_2 of layer 1 share the middle 8 numbers, ln_f lies behind a gap
    result["transformer.h.1.ln_1.weight"] = norms[:8]
    result["transformer.h.1.ln_1.bias"] = norms[4:12]
    result["transformer.ln_f.bias"] = norms[16:]
    result["transformer.h.1.ln_2.bias"] = torch.tensor([0.25]).expand(8)
    return result


def nanogpt(state, bias=True):
    """As nanoGPT's train.py writes it: [out, in], compiled, beside the optimizer's state."""
    model = OrderedDict()
    for name, value in state.items():
        value = value.detach().clone()
        if not bias and name.endswith("bias"):
            continue
        matrix = any(part in name for part in ("c_attn.weight", "c_proj.weight", "c_fc.weight"))
        model["_orig_mod." + name] = value.t().contiguous() if matrix else value
    parameters = [torch.nn.Parameter(value) for value in model.values()]
    optimizer = torch.optim.AdamW(parameters, lr=1e-3)
    sum(parameter.sum() for parameter in parameters).backward()
    optimizer.step()
    arguments = {"n_layer": 2, "n_head": 2, "n_embd": 8, "block_size": 12, "bias": bias, "vocab_size": 20, "dropout": 0.0}
    return {
        "model": model,
        "optimizer": optimizer.state_dict(),
        "model_args": arguments,
        "iter_num": 5,
        "best_val_loss": torch.tensor(1.5),
        "config": {"out_dir": "out", "learning_rate": 6e-4, "compile": True},
        # What versions of it keep, too: objects, and values that are made by calls.
        "arguments": argparse.Namespace(device=torch.device("cpu"), loss=np.float64(1.5), path=Path("out"), seen={1, 2}),
    }


def nanogpt_plain(state):
    """The same without biases and training's state, with the masks that it has where PyTorch has no flash attention."""
    arguments = {"n_layer": 2, "n_head": 2, "n_embd": 8, "block_size": 12, "bias": False, "vocab_size": 20, "dropout": 0.0}
    model = OrderedDict((name.removeprefix("_orig_mod."), value) for name, value in nanogpt(state, False)["model"].items())
    model["lm_head.weight"] = model["transformer.wte.weight"]  # one tensor there
    for layer in range(2):
        model[f"transformer.h.{layer}.attn.bias"] = torch.tril(torch.ones(12, 12)).view(1, 1, 12, 12)
    return {"model": model, "model_args": arguments, "iter_num": 5}


def nanogpt_run(model, ids, patch=None):
    """What nanoGPT's model gives, in f64: the last position's logits, and what each block leaves at each position.
    patch: (layer, position, what is there instead)."""
    at = {name.removeprefix("_orig_mod.").removeprefix("transformer."): value.detach().double() for name, value in model.items()}

    def norm(x, name):
        return F.layer_norm(x, (8,), at[f"{name}.weight"], at.get(f"{name}.bias"), 1e-5)

    def linear(x, name):
        return F.linear(x, at[f"{name}.weight"], at.get(f"{name}.bias"))

    length = len(ids)
    seen = torch.tril(torch.ones(length, length, dtype=torch.bool))
    x = at["wte.weight"][ids] + at["wpe.weight"][:length]
    left = []
    for layer in range(2):
        block = f"h.{layer}"
        heads = linear(norm(x, f"{block}.ln_1"), f"{block}.attn.c_attn").view(length, 3, 2, 4).permute(1, 2, 0, 3)
        scores = (heads[0] @ heads[1].transpose(1, 2) / 2).masked_fill(~seen, float("-inf"))
        mixed = (scores.softmax(-1) @ heads[2]).transpose(0, 1).reshape(length, 8)
        x = x + linear(mixed, f"{block}.attn.c_proj")
        x = x + linear(F.gelu(linear(norm(x, f"{block}.ln_2"), f"{block}.mlp.c_fc")), f"{block}.mlp.c_proj")
        if patch is not None and patch[0] == layer:
            x = x.clone()
            x[patch[1]] = patch[2]
        left.append(x)
    return (norm(x, "ln_f") @ at["lm_head.weight"].t())[-1], left


def nanogpt_heatmap(model):
    """The target's probability after each patch of resid_post, one run a cell: [layer][position]."""
    _, clean = nanogpt_run(model, IDS)
    run = lambda layer, position: nanogpt_run(model, OTHER_IDS, (layer, position, clean[layer][position]))[0]
    cells = [[run(layer, position).softmax(-1)[TARGET] for position in range(len(IDS))] for layer in range(2)]
    return [[round(float(cell), 8) for cell in row] for row in cells]


def zip64(path):
    """The same entries with sizes and offsets in fields of zip64, as in files beyond 4 GB."""
    with zipfile.ZipFile(path) as source:
        entries = [(info.filename, source.read(info)) for info in source.infolist()]
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as target:
        for name, content in entries:
            with target.open(zipfile.ZipInfo(name), "w", force_zip64=True) as file:
                file.write(content)
    return data.getvalue()


class Malicious:
    def __reduce__(self):
        import posix

        return posix.system, ("touch /tmp/patchboard-was-here",)


def repacked(path, compression):
    with zipfile.ZipFile(path) as source:
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", compression) as target:
            for info in source.infolist():
                target.writestr(info.filename, source.read(info))
    return data.getvalue()


def fuzz_inputs():
    """Of the model that tests/fuzz/torch_fuzz.cpp reads: as each layout, and the pickle alone after a P."""
    config = GPT2Config(n_layer=1, n_head=1, n_embd=2, vocab_size=3, n_positions=2, bos_token_id=0, eos_token_id=0)
    state = OrderedDict((name, value.detach()) for name, value in GPT2LMHeadModel(config).state_dict().items())
    state["transformer.h.0.attn.c_proj.weight"] = state["transformer.h.0.attn.c_proj.weight"].t()
    FUZZ.mkdir(parents=True, exist_ok=True)
    torch.save(state, FUZZ / "zip.bin")
    torch.save(state, FUZZ / "legacy.bin", _use_new_zipfile_serialization=False)
    with zipfile.ZipFile(FUZZ / "zip.bin") as file:
        (FUZZ / "pickle").write_bytes(b"P" + file.read("zip/data.pkl"))
    torch.save(state, FUZZ / "protocol4", pickle_protocol=4)
    with zipfile.ZipFile(FUZZ / "protocol4") as file:
        (FUZZ / "protocol4").write_bytes(b"P" + file.read("protocol4/data.pkl"))


def main():
    OUT.mkdir(exist_ok=True)
    fuzz_inputs()
    model = small_model()
    state = model.state_dict()
    expected = {}

    def save(name, what, weights=None, **options):
        torch.save(what, OUT / name, **options)
        if weights is not None:
            expected[name] = logits(small_model(), apart(weights))

    save("pytorch_model.bin", with_masks(state), state)
    halves = OrderedDict((name, value.half()) for name, value in state.items())
    save("f16.bin", halves, halves)
    brains = OrderedDict((name, value.bfloat16()) for name, value in state.items())
    save("bf16.bin", brains, brains)
    doubles = OrderedDict((name, value.double()) for name, value in state.items())
    save("f64.bin", doubles, doubles)
    viewed = views(state)
    save("views.bin", viewed, viewed)
    parallel = OrderedDict((f"module.{name}", torch.nn.Parameter(value)) for name, value in state.items())
    save("parameters.bin", parallel, state)
    save("legacy.bin", with_masks(state), state, _use_new_zipfile_serialization=False)
    save("legacy_views.bin", viewed, viewed, _use_new_zipfile_serialization=False)
    save("protocol4.bin", state, state, pickle_protocol=4)
    (OUT / "zip64.bin").write_bytes(zip64(OUT / "pytorch_model.bin"))
    expected["zip64.bin"] = expected["pytorch_model.bin"]
    trained = nanogpt(state)
    save("ckpt.pt", trained)
    save("ckpt_legacy.pt", trained, _use_new_zipfile_serialization=False)
    plain = nanogpt_plain(state)
    save("ckpt_plain.pt", plain)
    weights = {name: value for name, value in plain["model"].items() if name != "lm_head.weight"}
    save_file(weights, OUT / "nanogpt.safetensors")
    for name, model in (("ckpt.pt", trained), ("ckpt_legacy.pt", trained), ("ckpt_plain.pt", plain)):
        expected[name] = [round(float(logit), 6) for logit in nanogpt_run(model["model"], IDS)[0]]
    heatmap = {"corrupted": OTHER_IDS, "target": TARGET, "prob": nanogpt_heatmap(plain["model"])}
    names = list(state)
    for part, half in enumerate((names[:9], names[9:]), 1):
        save(f"pytorch_model-0000{part}-of-00002.bin", OrderedDict((name, state[name]) for name in half))
    (OUT / "compressed.bin").write_bytes(repacked(OUT / "f16.bin", zipfile.ZIP_DEFLATED))
    save("malicious.bin", {"transformer.wte.weight": Malicious()})
    save("whole_module.bin", torch.nn.Linear(2, 2))
    (OUT / "plain_pickle.bin").write_bytes(pickle.dumps({"a": 1}, 2))
    config = {"model_type": "gpt2", "n_layer": 2, "n_head": 2, "n_embd": 8, "vocab_size": 20, "n_positions": 12}
    (OUT / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    (OUT / "expected.json").write_text(json.dumps({"torch": torch.__version__, "ids": IDS, "logits": expected, "ckpt_plain.pt": heatmap}) + "\n")


main()
