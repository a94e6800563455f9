#!/usr/bin/env python3
"""Groups of C++ sources that can be compiled as one file, which reads what they include once.

    tools/lib/joined.py SOURCE...     prints a line "GROUP SOURCE" for each

Most of what a source takes to compile is what it includes. Sources go together where no two of them define
a name twice; each compiles alone as well, which other trees show.
"""

import functools
import re
import sys
from pathlib import Path

# Names at the start of a line, where clang-format puts what a namespace holds: functions, types, constants.
DEFINED = re.compile(
    r"^(?:template <.*>\s*)?(?:(?:class|struct|enum class|enum) (\w+)\b(?!::)"
    r"|(?!using |namespace )[^\s#/{][^(=\n]*?(?<!::)\b(\w+)(?:\(| = |\{))",
    re.MULTILINE,
)
ALIAS = re.compile(r"^((?:using|namespace) (\w+) = [^;]+;)", re.MULTILINE)
IMPORTED = re.compile(r"^using (?:\w+::)+(\w+);", re.MULTILINE)
TYPE = re.compile(r"^(?:class|struct|enum class|enum|using) (\w+)\b(?!::)", re.MULTILINE)
MACROS = {"TEST", "TEST_F", "TEST_P", "EXPECT_TRUE", "EXPECT_EQ"}
LARGEST_GROUP = 12
ROOT = Path(__file__).resolve().parents[2]


def groups_of(sources):
    """Lists of the sources, in their order. A source with a type that is named as one of a header is alone."""
    groups = []
    for source in sources:
        names = Names(source)
        group = next((group for group in groups if group.takes(names)), None)
        if group is None:
            group = Group()
            groups.append(group)
        group.add(source, names)
    return [group.sources for group in groups]


class Names:
    """What a source gives names to: `aliases` by what they say, which may be said twice."""

    def __init__(self, source):
        text = source.read_text(encoding="utf-8")
        self.aliases = {name: said for said, name in ALIAS.findall(text)}
        self.imported = set(IMPORTED.findall(text))
        self.defined = {name for pair in DEFINED.findall(text) for name in pair if name} - MACROS
        self.hides_a_type = bool(types_in(source) & types_it_may_include(source))


class Group:
    def __init__(self):
        self.sources = []
        self.names = []

    def add(self, source, names):
        self.sources.append(source)
        self.names.append(names)

    def takes(self, names):
        return len(self.sources) < LARGEST_GROUP and all(map(functools.partial(agree, names), self.names))


def agree(one, other):
    """Whether two sources can be read one after the other."""
    if one.hides_a_type or other.hides_a_type:
        return False
    mine, theirs = ({*names.defined, *names.imported, *names.aliases} for names in (one, other))
    both_say = one.aliases.items() & other.aliases.items()
    same = (one.imported & other.imported) | {name for name, _ in both_say}
    return mine & theirs <= same


def types_it_may_include(source):
    """Those in the core's headers and in those of its own part of the project."""
    return types_in_headers("core") | types_in_headers(source.resolve().relative_to(ROOT).parts[0])


@functools.cache
def types_in_headers(folder):
    headers = (header for header in (ROOT / folder).rglob("*.h") if "node_modules" not in header.parts)
    return {name for header in headers for name in types_in(header)}


def types_in(source):
    return set(TYPE.findall(source.read_text(encoding="utf-8")))


if __name__ == "__main__":
    for index, members in enumerate(groups_of([Path(argument) for argument in sys.argv[1:]])):
        for member in members:
            print(index, member)
