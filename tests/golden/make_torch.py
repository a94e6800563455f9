#!/usr/bin/env python3
"""Writes tests/golden/torch: small files as PyTorch writes them, with what PyTorch reads from them.

    python3 -m venv build/torch-files && build/torch-files/bin/pip install torch==2.13.0 numpy transformers==5.24.0
    build/torch-files/bin/python tests/golden/make_torch.py

Each is of one small GPT-2 (2 layers, 2 heads, width 8, 20 tokens, 12 positions), whose logits transformers computes:
expected.json. Run it again only to change the cases; the files are committed.
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
from transformers import GPT2Config, GPT2LMHeadModel

OUT = Path(__file__).parent / "torch"
FUZZ = Path(__file__).parents[1] / "fuzz" / "corpus" / "torch"
IDS = [1, 7, 3, 12, 7]


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
    save("ckpt.pt", nanogpt(state))
    save("ckpt_legacy.pt", nanogpt(state), _use_new_zipfile_serialization=False)
    names = list(state)
    for part, half in enumerate((names[:9], names[9:]), 1):
        save(f"pytorch_model-0000{part}-of-00002.bin", OrderedDict((name, state[name]) for name in half))
    (OUT / "compressed.bin").write_bytes(repacked(OUT / "f16.bin", zipfile.ZIP_DEFLATED))
    save("malicious.bin", {"transformer.wte.weight": Malicious()})
    save("whole_module.bin", torch.nn.Linear(2, 2))
    (OUT / "plain_pickle.bin").write_bytes(pickle.dumps({"a": 1}, 2))
    config = {"model_type": "gpt2", "n_layer": 2, "n_head": 2, "n_embd": 8, "vocab_size": 20, "n_positions": 12}
    (OUT / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    (OUT / "expected.json").write_text(json.dumps({"torch": torch.__version__, "ids": IDS, "logits": expected}) + "\n")


main()
