"""Runs the programs that programs.mjs wrote and compares each number with what the page shows.

    python compare.py FOLDER

Ends with 1 where a number differs by more than the tolerance of its metric, or is in one of both
alone.
"""

import contextlib
import io
import json
import math
import sys
from collections import defaultdict
from pathlib import Path

import torch

torch.set_num_threads(1)  # more are slower, for a model as small as the practice model

# Of the same weights in the same number format. Means of ranks are 32-bit floats in the result.
TOLERANCE = {"prob": 1e-5}
TOLERANCE_OF_THE_REST = 1e-3


def printed(program: Path) -> list:
    """What a program prints; each has names of its own, in one interpreter."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(program.read_text(), program, "exec"), {"__name__": "__main__"})
    return json.loads(output.getvalue())


def difference(a, b) -> float:
    """The largest difference of two nested lists of numbers; infinite where their shapes differ.

    a: of the program. b: of a result, with None for rows and cells that it does not know. A program
    computes all rows, even of a result that was not finished.
    """
    if b is None and (a is None or isinstance(a, list)):
        return 0.0
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return max((difference(x, y) for x, y in zip(a, b)), default=0.0)
    numbers = isinstance(a, (int, float)) and isinstance(b, (int, float))
    return abs(a - b) if numbers and math.isfinite(a) and math.isfinite(b) else math.inf


def count(values) -> int:
    if isinstance(values, list):
        return sum(count(value) for value in values)
    return values is not None


def compare(folder: Path) -> bool:
    largest = defaultdict(float)  # of each kind
    cells = 0
    same = True
    for file in sorted(folder.glob("*.json")):
        expected = json.loads(file.read_text())
        program = printed(file.with_suffix(".py"))
        theirs = {(sweep["site"], sweep["direction"]): sweep["values"] for sweep in program}
        worst = 0.0
        for sweep in expected["sweeps"]:
            key = (sweep["site"], sweep["direction"])
            found = difference(theirs.pop(key, None), sweep["values"])
            worst = max(worst, found)
            cells += count(sweep["values"])
            kinds = [expected["view"], "experiment: " + expected["name"]]
            # Ranks and probabilities are of another size than logits.
            if expected["metric"] == "logit_diff":
                kinds.append("logit difference at " + ", ".join(key))
            for kind in kinds:
                largest[kind] = max(largest[kind], found)
        fits = worst <= TOLERANCE.get(expected["metric"], TOLERANCE_OF_THE_REST) and not theirs
        same = same and fits
        mark = "ok " if fits else "NOT"
        print(f"{mark} {worst:.1e}  {expected['name']}: {expected['view']}", flush=True)
    print(f"\n{cells} cells; the largest difference of each kind:")
    for kind, value in sorted(largest.items()):
        print(f"  {value:.1e}  {kind}")
    return same and cells > 0


if __name__ == "__main__":
    sys.exit(0 if compare(Path(sys.argv[1])) else 1)
