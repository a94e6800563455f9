#!/usr/bin/env python3
"""Groups of C++ sources that can be compiled as one file, which reads what they include once.

    tools/lib/joined.py SOURCE...     prints a line "GROUP SOURCE" for each

Most of what a source takes to compile is what it includes. Sources of a folder go together where no two of
them define a name twice; each compiles alone as well, which other trees show.
"""

import re
import sys
from pathlib import Path

# Names at the start of a line, where clang-format puts what a namespace holds: functions, types, constants.
DEFINED = re.compile(
    r"^(?:template <.*>\s*)?(?:(?:class|struct|enum class|enum|using|namespace) (\w+)"
    r"|[^\s#/{].*?\b(\w+)(?:\(| = |\{))",
    re.MULTILINE,
)
IMPORTED = re.compile(r"^using (?:\w+::)+(\w+);", re.MULTILINE)
TYPE = re.compile(r"^(?:class|struct|enum class|enum|using) (\w+)", re.MULTILINE)
SAME_EVERYWHERE = {"patchboard", "testing", "Json", "TEST", "TEST_F", "TEST_P", "EXPECT_TRUE", "EXPECT_EQ"}
LARGEST_GROUP = 12


def groups_of(sources):
    """Lists of the sources, in their order. A source with a type that is named as one of a header is alone."""
    types = types_in_headers()
    groups = []
    for source in sources:
        names = names_in(source)
        imported = imported_in(source)
        is_alone = bool(types_in(source) & types)
        fitting = (
            group
            for group in groups
            if not is_alone and group.folder == source.parent and group.takes(names, imported)
        )
        group = next(fitting, None)
        if group is None:
            group = Group(source.parent, is_alone)
            groups.append(group)
        group.sources.append(source)
        group.names |= names
        group.imported |= imported
    return [group.sources for group in groups]


class Group:
    def __init__(self, folder, is_alone):
        self.folder = folder
        self.is_alone = is_alone
        self.sources = []
        self.names = set()
        self.imported = set()

    def takes(self, names, imported):
        is_full = self.is_alone or len(self.sources) == LARGEST_GROUP
        return not is_full and not names & (self.names | self.imported) and not imported & self.names


def types_in_headers():
    root = Path(__file__).resolve().parents[2]
    headers = [header for folder in ("core", "tools", "tests") for header in (root / folder).rglob("*.h")]
    return {name for header in headers if "node_modules" not in header.parts for name in types_in(header)}


def names_in(source):
    found = DEFINED.findall(source.read_text(encoding="utf-8"))
    return {name for pair in found for name in pair if name} - SAME_EVERYWHERE


def imported_in(source):
    return set(IMPORTED.findall(source.read_text(encoding="utf-8")))


def types_in(source):
    return set(TYPE.findall(source.read_text(encoding="utf-8"))) - SAME_EVERYWHERE


if __name__ == "__main__":
    for index, members in enumerate(groups_of([Path(argument) for argument in sys.argv[1:]])):
        for member in members:
            print(index, member)
