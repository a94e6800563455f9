#!/usr/bin/env python3
"""Checks that the core's includes point one way: up the table of core/README.md.

Run in the repository's root. Prints every include that points down, with its file and line, and every folder that
the table does not name; exits with 1 if there is any.
"""

import re
import sys
from pathlib import Path

README = Path("core/README.md")
ROW = re.compile(r"^\| `(core/[^`]*)` \|", re.MULTILINE)
INCLUDE = re.compile(r'^#include "([^"]+)"')


def order():
    """Returns {folder: its place in the table}, from the top."""
    folders = [Path(row) for row in ROW.findall(README.read_text())]
    return {folder: place for place, folder in enumerate(folders)}


def includes(source):
    """Yields (line number, path) of each include of the project's own in a source."""
    for number, line in enumerate(source.read_text().splitlines(), start=1):
        if found := INCLUDE.match(line):
            yield number, Path(found[1])


def problems_of(source, places):
    """Yields a line for each include of a source that points down, or out of the core."""
    for number, included in includes(source):
        if included.parent not in places:
            yield f"{source}:{number}: includes {included}, which is in no folder of {README}"
        elif places[included.parent] > places[source.parent]:
            yield f"{source}:{number}: includes {included}; {source.parent} comes before {included.parent}"


def problems():
    """Returns a line for each fault."""
    places = order()
    sources = sorted(path for path in Path("core").rglob("*") if path.suffix in {".h", ".cpp"})
    unnamed = sorted({source.parent for source in sources} - set(places))
    lines = [f"{folder}: {README} does not name it" for folder in unnamed]
    for source in sources:
        if source.parent in places:
            lines += problems_of(source, places)
    return lines


if __name__ == "__main__":
    found = problems()
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    sys.exit(1 if found else 0)
