"""Writes an ONNX graph of GPT-2 with random weights: ids [1, T] int64 -> logits of the last position."""

import argparse

import torch

from gpt2 import GPT2, SIZES

OPSET = 17  # the first in which layer norm is one operator


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", choices=SIZES, required=True)
    parser.add_argument("--length", type=int, required=True)
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    torch.manual_seed(1)
    model = GPT2(SIZES[arguments.config], only_last=True).eval()
    ids = torch.zeros(1, arguments.length, dtype=torch.int64)
    with torch.no_grad():
        torch.onnx.export(
            model,
            (ids,),
            arguments.out,
            opset_version=OPSET,
            input_names=["ids"],
            output_names=["logits"],
        )


if __name__ == "__main__":
    main()
