#!/usr/bin/env python3
"""compare.py COMMAND MODEL...: converts each model to GGUF in each type of numbers, reads it with llama.cpp
(llama-cpp-python), and compares tokens and every logit of the last position with Patchboard's of the same file and
of the model itself. Exits with 1 where f32 differs by more than TOLERANCE, the likeliest token is another, or a
text's tokens are."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from llama_cpp import Llama

TEXTS = [
    "Alice and Bob went to the shop. Alice gave a book to",
    "When Mary and John went to the store, John gave a drink to",
    "The clock on the wall said",
]
# llama.cpp computes GELU in halves. In a float64 forward pass that alone moves the practice model's logits by 3.4e-3
# and, of the last text, 1.8e-2; llama.cpp is within 2.5e-3 of that pass, Patchboard within 1.1e-5 of the exact one.
TOLERANCE = 2.5e-2
ALL = 1_000_000


def predictions(command, model, text):
    arguments = [command, "predict", "--model", model, "--text", text, "--top", str(ALL), "--json"]
    return json.loads(subprocess.run(arguments, check=True, capture_output=True, text=True).stdout)


def logits_of(found):
    logits = np.full(max(token["id"] for token in found["top"]) + 1, np.nan)
    for token in found["top"]:
        logits[token["id"]] = token["logit"]
    return logits


def compare(command, model, dtype, path):
    subprocess.run([command, "convert", "--model", model, "--to", "gguf", "--dtype", dtype, "--out", path], check=True)
    # Keys and values in f32 too, which are halves unless asked for.
    llama = Llama(path, n_ctx=64, logits_all=True, verbose=False, n_threads=2, type_k=0, type_v=0)
    agrees = True
    for text in TEXTS:
        own, source = predictions(command, path, text), predictions(command, model, text)
        ids = [token["id"] for token in own["tokens"]]
        tokens = llama.tokenize(text.encode(), add_bos=False, special=True)
        llama.reset()
        llama.eval(ids)
        theirs = np.array(llama.scores[len(ids) - 1])
        ours, exact = logits_of(own), logits_of(source)
        differences = [float(np.nanmax(abs(theirs[: len(each)] - each))) for each in (ours, exact)]
        same = tokens == ids and int(theirs.argmax()) == int(np.nanargmax(exact))
        agrees &= same and (dtype != "f32" or differences[0] <= TOLERANCE)
        print(f"{Path(model).name} {dtype} {Path(path).stat().st_size} bytes: llama.cpp differs by {differences[0]:.2e} from "
              f"Patchboard on this file, by {differences[1]:.2e} from the model; {'same' if same else 'NOT THE SAME'} tokens and likeliest token")
    return agrees


def main():
    command, *models = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        results = [compare(command, model, dtype, f"{folder}/{dtype}.gguf") for model in models for dtype in ("f32", "f16", "q8_0")]
    sys.exit(0 if all(results) else 1)


main()
