"""Byte-level BPE as in GPT-2: training, encoding, and the files vocab.json and merges.txt."""

import json
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

END_OF_TEXT = "<|endoftext|>"

# Unicode's White_Space, which \s is in GPT-2's pattern; Python's has four control characters more.
SPACE = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


def character_class(major):
    """Returns the inside of a bracket expression for \\p{L} or \\p{N}, which Python's re lacks."""
    ranges = []
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code))[0] == major:
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


def splitting_pattern():
    """GPT-2's pattern: a word, a number or other signs, each with the space before it; spaces."""
    letter, number = character_class("L"), character_class("N")
    return re.compile(
        rf"'s|'t|'re|'ve|'m|'ll|'d| ?[{letter}]+| ?[{number}]+"
        rf"| ?[^{SPACE}{letter}{number}]+|[{SPACE}]+(?![^{SPACE}])|[{SPACE}]+"
    )


PATTERN = splitting_pattern()


def byte_symbols():
    """Returns GPT-2's printable character of each byte, [256], in byte order."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    symbols = {b: chr(b) for b in printable}
    others = [b for b in range(256) if b not in symbols]
    symbols.update({b: chr(256 + i) for i, b in enumerate(others)})
    return [symbols[b] for b in range(256)]


def symbol_order():
    """Returns the 256 byte symbols in the order of GPT-2's vocabulary: '!' is token 0."""
    symbols = byte_symbols()
    printable = [s for b, s in enumerate(symbols) if ord(s) == b]
    return printable + [s for b, s in enumerate(symbols) if ord(s) != b]


def merge_word(parts, pair):
    """Returns `parts` with each occurrence of `pair`, from the left, made one symbol."""
    merged, i = [], 0
    while i < len(parts):
        if i + 1 < len(parts) and (parts[i], parts[i + 1]) == pair:
            merged.append(parts[i] + parts[i + 1])
            i += 2
        else:
            merged.append(parts[i])
            i += 1
    return merged


class Tokenizer:
    """Text to token ids and back.

    merges: pairs of symbols in order of rank. Token ids: bytes, then merges, then end of text.
    """

    def __init__(self, merges):
        self.merges = [tuple(pair) for pair in merges]
        self.ranks = {pair: rank for rank, pair in enumerate(self.merges)}
        tokens = symbol_order() + [a + b for a, b in self.merges] + [END_OF_TEXT]
        self.vocab = {token: i for i, token in enumerate(tokens)}
        if len(self.vocab) != len(tokens):
            raise ValueError("two merges make the same token")
        self.tokens = tokens
        self.sizes = [len(token) for token in tokens]  # in bytes, each of which is one symbol
        self.end_of_text = self.vocab[END_OF_TEXT]
        self._symbols = byte_symbols()
        self._bytes = {s: b for b, s in enumerate(self._symbols)}
        self._cache = {}

    def encode_word(self, word):
        """Returns the ids of one word of the splitting pattern."""
        ids = self._cache.get(word)
        if ids is None:
            parts = [self._symbols[b] for b in word.encode()]
            while len(parts) > 1:
                pair = min(zip(parts, parts[1:]), key=lambda p: self.ranks.get(p, 1 << 30))
                if pair not in self.ranks:
                    break
                parts = merge_word(parts, pair)
            ids = self._cache[word] = [self.vocab[part] for part in parts]
        return ids

    def encode(self, text):
        """Returns the ids of a text without special tokens."""
        return [i for word in PATTERN.findall(text) for i in self.encode_word(word)]

    def token_bytes(self, token):
        """Returns the bytes of one token that is not the end of text."""
        return bytes(self._bytes[s] for s in self.tokens[token])

    def decode(self, ids):
        """Returns the text of some ids; bytes that are not UTF-8 become U+FFFD."""
        text = b"".join(self.token_bytes(i) for i in ids if i != self.end_of_text)
        return text.decode(errors="replace")

    def save(self, folder):
        """Writes vocab.json and merges.txt as GPT-2's were published."""
        folder = Path(folder)
        (folder / "vocab.json").write_text(json.dumps(self.vocab))
        lines = ["#version: 0.2"] + [f"{a} {b}" for a, b in self.merges]
        (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder):
        """Reads what `save` wrote and checks that both files agree."""
        folder = Path(folder)
        lines = (folder / "merges.txt").read_text(encoding="utf-8").splitlines()[1:]
        tokenizer = cls(line.split(" ") for line in lines)
        if tokenizer.vocab != json.loads((folder / "vocab.json").read_text()):
            raise ValueError("vocab.json and merges.txt disagree")
        return tokenizer


def chain(parts):
    """Returns the merges that build one token from left to right."""
    return [("".join(parts[:i]), parts[i]) for i in range(1, len(parts))]


def train(word_counts, size, first_merges=(), forbidden=()):
    """Learns merges by the most frequent pair; ties go to the alphabetically first.

    word_counts: {word of the splitting pattern: count}. size: tokens wanted, all included.
    first_merges: made before any learned one. forbidden: pairs never merged.
    """
    symbols = byte_symbols()
    words = [[symbols[b] for b in word.encode()] for word in word_counts]
    counts = list(word_counts.values())
    pair_counts, where = Counter(), defaultdict(set)
    for i, parts in enumerate(words):
        for pair in zip(parts, parts[1:]):
            pair_counts[pair] += counts[i]
            where[pair].add(i)

    def apply(pair):
        for i in where.pop(pair, ()):
            for old in zip(words[i], words[i][1:]):
                pair_counts[old] -= counts[i]
            words[i] = merge_word(words[i], pair)
            for new in zip(words[i], words[i][1:]):
                pair_counts[new] += counts[i]
                where[new].add(i)

    merges = []
    for pair in first_merges:
        merges.append(pair)
        apply(pair)
    forbidden, made = set(forbidden), {a + b for a, b in merges}
    while 256 + len(merges) + 1 < size:
        allowed = ((n, p) for p, n in pair_counts.items() if n > 0 and p not in forbidden)
        best = min(allowed, key=lambda item: (-item[0], item[1]), default=None)
        if best is None:
            break
        token = "".join(best[1])
        if token in made:  # one token, one merge, as in the published files
            forbidden.add(best[1])
            continue
        made.add(token)
        merges.append(best[1])
        apply(best[1])
    return Tokenizer(merges)
