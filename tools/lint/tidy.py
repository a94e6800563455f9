#!/usr/bin/env python3
"""Runs clang-tidy on every source of some folders, several sources at once.

    tools/lint/tidy.py CLANG-TIDY TREE FOLDER... -- MORE-FLAGS...

TREE has compile_commands.json, of a build without precompiled headers. clang-tidy looks at every header that
a source includes, Eigen's too, which takes ten times as long as the source itself. So sources that can be
compiled together are checked as one file that includes them all. Where such a file cannot be compiled, its
sources are checked one by one. Exit code 1 where anything was found.
"""

import concurrent.futures
import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
from joined import groups_of  # noqa: E402


def main():
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    tidy, tree, *folders = sys.argv[1:split]
    run = Tidy(tidy, Path(tree).resolve(), sys.argv[split + 1 :])
    groups = [group for folder in folders for group in groups_of(sources_below(Path(folder)))]
    groups.sort(key=len, reverse=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [text for text in pool.map(run.check, groups) if text]
    print("\n".join(found), end="")
    sys.exit(1 if found else 0)


def sources_below(folder):
    return sorted(source for source in folder.rglob("*.cpp") if "node_modules" not in source.parts)


def told(done):
    """What a run that failed says; one that is ended from outside says nothing itself."""
    return done.stdout or done.stderr or f"clang-tidy ended with {done.returncode}\n"


class Tidy:
    def __init__(self, tidy, tree, flags):
        self.tidy = tidy
        self.flags = [f"--extra-arg={flag}" for flag in flags]
        self.tree = tree
        self.commands = {entry["file"]: entry for entry in json.loads((tree / "compile_commands.json").read_text())}

    def check(self, sources):
        """What clang-tidy found in the sources, or nothing."""
        if len(sources) > 1:
            done = self.run(self.joined(sources))
            if done.returncode == 0:
                return ""
            if "clang-diagnostic-error" not in done.stdout:
                return told(done)
        return "".join(told(done) for done in map(self.run_alone, sources) if done.returncode != 0)

    def run_alone(self, source):
        return self.run((source, self.tree))

    def run(self, where):
        source, tree = where
        command = [self.tidy, "--quiet", "-p", str(tree), *self.flags, str(source)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def joined(self, sources):
        """A source that includes the sources, and the folder of its compile command."""
        first = sources[0]
        folder = self.tree / "joined" / "-".join([*first.parent.parts, first.stem])
        folder.mkdir(parents=True, exist_ok=True)
        joined = folder / "joined.cpp"
        lines = [f'#include "{source.resolve()}"  // NOLINT\n' for source in sources]
        joined.write_text("".join(lines), encoding="utf-8")
        entry = dict(self.commands[str(first.resolve())])
        # A name of one source within a function of another is no mistake.
        entry["command"] = entry["command"].replace(entry["file"], f"-Wno-shadow {joined}")
        entry["file"] = str(joined)
        (folder / "compile_commands.json").write_text(json.dumps([entry]), encoding="utf-8")
        return joined, folder


main()
