#!/usr/bin/env python3
"""Writes tests/golden/tokenizers/cases.json: tokenizers' files in each layout, texts, and the ids that Hugging Face's
own libraries make of them. Run in the virtual environment of tools/transformer-lens when a case is added:

    build/transformer-lens/bin/python tests/golden/make_tokenizers.py
"""

import json
import os
import random
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

from tokenizers import Tokenizer  # noqa: E402
from transformers import GPT2Tokenizer  # noqa: E402

OUT = Path(__file__).parent / "tokenizers" / "cases.json"
TEXTS_OF_A_CASE = 40
PIECES = ["a", "b", " Jones", "Jones", "Smith", " ", "  ", "\n", "\t", "\u00a0", "é", "don't", "12", "!", "…", "東", "<", ">"]


def byte_alphabet():
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(others)}


ALPHABET = byte_alphabet()


def small_vocabulary():
    """The 256 bytes, and the symbols on the way to two words."""
    vocab = {symbol: byte for byte, symbol in sorted(ALPHABET.items())}
    merges = []
    for word in ("ĠJones", "ĠSmith", "Jo", "nes", "th"):
        for length in range(2, len(word) + 1):
            pair = (word[: length - 1], word[length - 1])
            if word[:length] not in vocab:
                vocab[word[:length]] = len(vocab)
                merges.append(pair)
    return vocab, merges


VOCAB, MERGES = small_vocabulary()
NEXT = len(VOCAB)


def added(content, token_id, **flags):
    return {
        "id": token_id,
        "content": content,
        "single_word": False,
        "lstrip": False,
        "rstrip": False,
        "normalized": False,
        "special": True,
    } | flags


def whole(tokens=(), vocab=None, merges=None, splitting=None, model=None):
    splitting = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True} | (splitting or {})
    model = {
        "type": "BPE",
        "dropout": None,
        "unk_token": None,
        "continuing_subword_prefix": "",
        "end_of_word_suffix": "",
        "fuse_unk": False,
        "byte_fallback": False,
        "vocab": vocab or VOCAB,
        "merges": merges if merges is not None else [" ".join(pair) for pair in MERGES],
    } | (model or {})
    return {
        "tokenizer.json": {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": list(tokens),
            "normalizer": None,
            "pre_tokenizer": splitting,
            "post_processor": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True},
            "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
            "model": model,
        }
    }


def published(**files):
    names = {"added": "added_tokens.json", "special": "special_tokens_map.json", "config": "tokenizer_config.json"}
    vocab = files.pop("vocab", VOCAB)
    return {"vocab.json": vocab, "merges.txt": "".join(" ".join(pair) + "\n" for pair in MERGES)} | {
        names[key]: value for key, value in files.items()
    }


END = {"<|endoftext|>": NEXT}
WITH_END = VOCAB | END
NAMED = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}

CASES = {
    "tokenizer.json": whole(),
    "merges as pairs": whole(merges=[list(pair) for pair in MERGES]),
    "a special token": whole([added("<|endoftext|>", NEXT)]),
    "a special token that the vocabulary has": whole([added("<|endoftext|>", NEXT)], vocab=WITH_END),
    "an added token that is not special": whole([added("<x>", NEXT, special=False, normalized=True)]),
    "tokens that begin alike": whole([added("<x>", NEXT), added("<x>y", NEXT + 1), added("<", VOCAB["<"], special=False)]),
    "tokens that take the white space": whole(
        [added("<l>", NEXT, lstrip=True), added("<r>", NEXT + 1, rstrip=True), added("<b>", NEXT + 2, lstrip=True, rstrip=True)]
    ),
    "normalized tokens after the others": whole([added("ab", NEXT, normalized=True), added("b<x>", NEXT + 1)]),
    "a space before": whole([added("<x>", NEXT)], splitting={"add_prefix_space": True}),
    "no word on the space": {
        "tokenizer.json": {
            "added_tokens": [],
            "normalizer": None,
            "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True},
            "model": {"type": "BPE", "vocab": VOCAB, "merges": [" ".join(pair) for pair in MERGES]},
        }
    },
    "merges ignored": whole(vocab=VOCAB | {"don": NEXT, "Ġ12": NEXT + 1}, model={"ignore_merges": True}),
    "ids with gaps": whole(vocab={symbol: 3 * number for symbol, number in VOCAB.items()}),
    "tokens outside the alphabet": whole(vocab=VOCAB | {"<end of turn>": NEXT, "東": NEXT + 1}),
    "vocab.json": published(vocab=WITH_END),
    "added_tokens.json": published(vocab=WITH_END, added={"<pad>": NEXT + 1, "<x> y": NEXT + 2}),
    "special_tokens_map.json": published(
        vocab=WITH_END,
        added={"<pad>": NEXT + 1},
        special={"pad_token": {"content": "<pad>", "lstrip": False, "rstrip": False}, "additional_special_tokens": ["<x>"]},
    ),
    "special tokens of other names": published(vocab=WITH_END, config=NAMED),
    "add_prefix_space in the config": published(vocab=WITH_END, config={"add_prefix_space": True}),
    "added_tokens_decoder": published(
        vocab=WITH_END,
        config={
            "added_tokens_decoder": {
                str(NEXT): {key: value for key, value in added("<|endoftext|>", NEXT).items() if key != "id"},
                str(NEXT + 1): {key: value for key, value in added("<r>", 0, rstrip=True, special=False).items() if key != "id"},
            },
            "bos_token": "<x>",
        },
    ),
}


def contents(files):
    """What a case's texts are to hold beside words."""
    found = {"<|endoftext|>", "<x>", "<end of turn>"}
    for value in files.values():
        if isinstance(value, dict):
            found |= {token["content"] for token in value.get("added_tokens", [])}
            found |= {token["content"] for token in value.get("added_tokens_decoder", {}).values()}
    found |= set(files.get("added_tokens.json", {}))
    found |= {value for value in files.get("tokenizer_config.json", {}).values() if isinstance(value, str)}
    return sorted(found)


def texts_of(files, random_of_case):
    pieces = PIECES + contents(files) * 3
    return ["", " ", *("".join(random_of_case.choices(pieces, k=random_of_case.randint(1, 9))) for _ in range(TEXTS_OF_A_CASE))]


def encoders(files):
    """Text to ids, with special tokens and with them as plain text."""
    if "tokenizer.json" in files:
        tokenizer = Tokenizer.from_str(json.dumps(files["tokenizer.json"]))

        def encode(text, plain):
            tokenizer.encode_special_tokens = plain
            return tokenizer.encode(text, add_special_tokens=False).ids

        return encode
    with tempfile.TemporaryDirectory() as folder:
        for name, value in files.items():
            Path(folder, name).write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
        tokenizer = GPT2Tokenizer.from_pretrained(folder)
    return lambda text, plain: tokenizer.encode(text, add_special_tokens=False, split_special_tokens=plain)


def main():
    cases = []
    for name, files in CASES.items():
        encode = encoders(files)
        texts = texts_of(files, random.Random(name))
        cases.append(
            {
                "name": name,
                "files": {key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for key, value in files.items()},
                "texts": [
                    {"text": text, "ids": encode(text, False), "plain": encode(text, True)} for text in texts
                ],
            }
        )
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(cases, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(cases)} cases, {sum(len(case['texts']) for case in cases)} texts, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
