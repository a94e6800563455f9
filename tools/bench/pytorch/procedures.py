"""Times a sample of a patching sweep as it is done in PyTorch today, in two procedures.

Reads the name of a procedure a line, and answers with a line of JSON. A whole sweep takes minutes, so a
few patches are run and their time is scaled by the number of patches: every patch costs the same, since
each is a run of all layers over all positions.

  report  one run a patch, logits of every position (the report's, with minGPT)
  expert  16 patches of one layer a batch, logits of the last position only
"""

import argparse
import json
import sys
import time

import torch

from gpt2 import GPT2, SIZES


def patched_run(model, ids, layer, positions, clean):
    """One batch; in its i-th run resid_post at [layer, positions[i]] is the clean one."""

    def patch(_module, _inputs, output):
        output = output.clone()
        for i, position in enumerate(positions):
            output[i, position] = clean[layer][0, position]
        return output

    hook = model.h[layer].register_forward_hook(patch)
    try:
        return model(ids.expand(len(positions), -1))
    finally:
        hook.remove()


def clean_activations(model, ids):
    kept = []
    hooks = [
        block.register_forward_hook(lambda _m, _i, output: kept.append(output)) for block in model.h
    ]
    model(ids)
    for hook in hooks:
        hook.remove()
    return kept


class Sampler:
    def __init__(self, sizes, length, first_difference):
        generator = torch.Generator().manual_seed(1)
        self.sizes = sizes
        self.clean_ids = torch.randint(sizes.vocab_size, (1, length), generator=generator)
        self.ids = self.clean_ids.clone()
        self.ids[0, first_difference] = (self.ids[0, first_difference] + 1) % sizes.vocab_size
        self.model = GPT2(sizes).eval()
        self.clean = clean_activations(self.model, self.clean_ids)
        self.sample = 0

    def measure(self, procedure):
        batch, runs = (1, 4) if procedure == "report" else (16, 1)
        self.model.only_last = procedure == "expert"
        length = self.ids.size(1)
        start = time.perf_counter()
        for _ in range(runs):
            self.sample += 1
            layer = self.sample * 7 % self.sizes.n_layer
            positions = [(self.sample + i) % length for i in range(batch)]
            patched_run(self.model, self.ids, layer, positions, self.clean).softmax(-1)
        seconds = time.perf_counter() - start
        patches = self.sizes.n_layer * length
        return {
            "sampled_patches": batch * runs,
            "patches": patches,
            "seconds": seconds / (batch * runs) * patches,
        }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", choices=SIZES, required=True)
    parser.add_argument("--length", type=int, required=True)
    parser.add_argument("--first-difference", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    with torch.no_grad():
        sampler = Sampler(SIZES[arguments.config], arguments.length, arguments.first_difference)
        print(json.dumps({"ready": True, "version": torch.__version__}), flush=True)
        for line in sys.stdin:
            print(json.dumps(sampler.measure(line.strip())), flush=True)


if __name__ == "__main__":
    main()
