#!/usr/bin/env python3
"""Writes tests/golden/gguf: small GGUFs of each type of numbers, with what PyPI's `gguf` reads from them.

    build/llama-cpp/bin/python tests/golden/make_gguf.py      (tools/llama-cpp/run makes the environment)

Every file is written by gguf's own writer and quantisers (the K types, which it cannot make, from random blocks),
then read and dequantised by its reader: expected.json has a hash of each tensor's values and the logits of a
forward pass in float64; blocks.json has blocks of each type with their values. Run it again only to change the
cases; the files are committed.
"""

import json
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

GOLDEN = Path(__file__).parent
OUT = GOLDEN / "gguf"
TYPES = [Type.F32, Type.F16, Type.BF16, Type.Q8_0, Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1]
K_TYPES = [Type.Q4_K, Type.Q5_K, Type.Q6_K]
# Where a K block has its halves (scale, minimum): random ones would be infinite now and then.
HALVES = {Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208]}
END = "<|endoftext|>"


def small_vocabulary():
    """That of tests/golden/make_tokenizers.py, from its files."""
    cases = json.loads((GOLDEN / "tokenizers" / "cases.json").read_text(encoding="utf-8"))
    files = next(case["files"] for case in cases if "vocab.json" in case["files"])
    lines = files["merges.txt"].split("\n")
    merges = [tuple(line.split(" ")) for line in lines if line and not line.startswith("#version")]
    vocab = json.loads(files["vocab.json"])
    return {token: i for token, i in vocab.items() if token != END}, merges


VOCAB, MERGES = small_vocabulary()
TEXTS = ["Mi Jones x", " Smith nes", f"Jones{END}Smith", "é 東"]
HEADS = 2
EPSILON = 1e-5


def fnv(values):
    """FNV-1a of the values as f32, as the test computes it."""
    result = 0xCBF29CE484222325
    for byte in values.astype("<f4").tobytes():
        result = (result ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{result:016x}"


def random_blocks(kind, shape, random):
    block, size = gguf.GGML_QUANT_SIZES[kind]
    rows = random.integers(0, 256, (shape[0], shape[1] // block, size), dtype=np.uint8)
    for at in HALVES[kind]:
        scales = random.uniform(1e-4, 1e-3, rows.shape[:2]).astype("<f2")
        rows[..., at : at + 2] = scales[..., None].view(np.uint8).reshape(*rows.shape[:2], 2)
    return rows.reshape(shape[0], -1)


def encoded(kind, shape, random):
    if kind in K_TYPES:
        return random_blocks(kind, shape, random)
    return gguf.quants.quantize((random.standard_normal(shape) * 0.3).astype(np.float32), kind)


def write(name, d, d_mlp, types, random, tokenizer=True, untied=False):
    """types: of each kind of matrix, or of all."""
    tokens = [token for token, _ in sorted(VOCAB.items(), key=lambda item: item[1])] + [END, "[PAD]"]
    vocab_size = len(tokens) if tokenizer else 20
    writer = gguf.GGUFWriter(OUT / name, "gpt2")
    writer.add_name(name)
    writer.add_block_count(2 if tokenizer else 1)
    writer.add_context_length(16)
    writer.add_embedding_length(d)
    writer.add_feed_forward_length(d_mlp)
    writer.add_head_count(HEADS)
    writer.add_layer_norm_eps(EPSILON)
    if tokenizer:
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("gpt-2")
        writer.add_token_list(tokens)
        writer.add_token_types([gguf.TokenType.NORMAL] * (len(tokens) - 2) + [gguf.TokenType.CONTROL, gguf.TokenType.UNUSED])
        writer.add_token_merges([" ".join(pair) for pair in MERGES])
        writer.add_bos_token_id(len(tokens) - 2)
        writer.add_eos_token_id(len(tokens) - 2)
    shapes = {"token_embd": (vocab_size, d), "position_embd": (16, d), "output_norm": (d,)}
    if untied:
        shapes["output"] = (vocab_size, d)
    for layer in range(2 if tokenizer else 1):
        block = {"attn_norm": (d,), "attn_qkv": (3 * d, d), "attn_output": (d, d), "ffn_norm": (d,)}
        block |= {"ffn_up": (d_mlp, d), "ffn_down": (d, d_mlp)}
        shapes |= {f"blk.{layer}.{name}": shape for name, shape in block.items()}
    for tensor, shape in shapes.items():
        if len(shape) == 1:
            writer.add_tensor(f"{tensor}.weight", (1 + random.standard_normal(shape) * 0.3).astype(np.float32))
        else:
            kind = Type.F32 if tensor == "position_embd" else types.get(tensor.split(".")[-1], types.get(""))
            writer.add_tensor(f"{tensor}.weight", encoded(kind, shape, random), raw_dtype=kind)
        if tensor not in ("token_embd", "position_embd", "output"):
            writer.add_tensor(f"{tensor}.bias", (random.standard_normal(shape[0]) * 0.3).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def read(name):
    """Every tensor's values as gguf has them, as f32: row after row, [out, in]."""
    reader = gguf.GGUFReader(OUT / name)
    return {
        tensor.name: gguf.quants.dequantize(tensor.data, tensor.tensor_type).reshape([int(n) for n in tensor.shape[::-1]])
        for tensor in reader.tensors
    }


def logits(weights, ids):
    """Of the last position, in float64."""
    w = {name: values.astype(np.float64) for name, values in weights.items()}

    def norm(x, name):
        centred = x - x.mean(-1, keepdims=True)
        return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + EPSILON) * w[f"{name}.weight"] + w[f"{name}.bias"]

    def project(x, name):
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    t = len(ids)
    x = w["token_embd.weight"][ids] + w["position_embd.weight"][:t]
    for layer in range(sum(name.endswith("attn_qkv.weight") for name in w)):
        block = f"blk.{layer}."
        qkv = project(norm(x, block + "attn_norm"), block + "attn_qkv")
        q, k, v = (part.reshape(t, HEADS, -1).transpose(1, 0, 2) for part in np.split(qkv, 3, axis=-1))
        scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1]) + np.triu(np.full((t, t), -np.inf), 1)
        pattern = np.exp(scores - scores.max(-1, keepdims=True))
        z = pattern / pattern.sum(-1, keepdims=True) @ v
        x = x + project(z.transpose(1, 0, 2).reshape(t, -1), block + "attn_output")
        hidden = project(norm(x, block + "ffn_norm"), block + "ffn_up")
        hidden = 0.5 * hidden * (1 + np.tanh(np.sqrt(2 / np.pi) * (hidden + 0.044715 * hidden**3)))
        x = x + project(hidden, block + "ffn_down")
    head = w.get("output.weight", w["token_embd.weight"])
    return norm(x, "output_norm")[-1] @ head.T


def text_ids():
    vocab = VOCAB | {END: len(VOCAB)}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=MERGES))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([END])
    return {text: tokenizer.encode(text).ids for text in TEXTS}


def block_cases(random):
    """A few blocks of each type, as gguf dequantises them."""
    cases = {}
    for kind in [kind for kind in TYPES if gguf.GGML_QUANT_SIZES[kind][0] > 1] + K_TYPES:
        data = encoded(kind, (2, 512), random)
        values = gguf.quants.dequantize(data, kind)
        cases[kind.name] = {"bytes": data.tobytes().hex(), "fnv": fnv(values), "first": [float(v) for v in values[0, :4]]}
    return cases


def main():
    OUT.mkdir(exist_ok=True)
    random = np.random.default_rng(16)
    files = {}
    for kind in TYPES:
        write(f"{kind.name.lower()}.gguf", 32, 64, {"": kind}, random, untied=kind == Type.Q5_1)
    k = {"": Type.Q4_0, "attn_qkv": Type.Q4_K, "attn_output": Type.Q5_K, "ffn_up": Type.Q6_K, "ffn_down": Type.Q8_0}
    write("mixed_k.gguf", 256, 256, k, random, tokenizer=False)
    for path in sorted(OUT.glob("*.gguf")):
        weights = read(path.name)
        ids = [1, 7, 3, 12, 7]
        files[path.name] = {
            "tensors": {name: fnv(values) for name, values in weights.items()},
            "ids": ids,
            "logits": [round(float(value), 6) for value in logits(weights, ids)],
        }
    expected = {"gguf": "0.19.0", "texts": text_ids(), "files": files, "blocks": block_cases(random)}
    (OUT / "expected.json").write_text(json.dumps(expected, ensure_ascii=False) + "\n")


main()
