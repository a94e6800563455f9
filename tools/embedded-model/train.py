"""Trains the embedded model and writes it in the published layout. See README.md."""

import argparse
import json
import math
import sys
import time
from collections import namedtuple
from pathlib import Path

import torch
from torch.utils.data import DataLoader, Dataset

import corpus
import names as N
import words as W
from bpe import Tokenizer, byte_symbols, chain, train as train_bpe
from model import Gpt2, load_model, make_config, save_safetensors

HERE = Path(__file__).resolve().parent

VOCABULARY = 4608
POSITIONS, WIDTH, LAYERS, HEADS = 128, 128, 6, 4
HEAD_DROPOUT = 0.1
SMOOTHING = 0.12  # of repeated random tokens: the share of all other tokens together
WARMUP = 300
BETAS, WEIGHT_DECAY, CLIP = (0.9, 0.98), 0.05, 1.0

# A stage: seed; steps; rows of POSITIONS tokens in a batch; shares of the families of documents;
# share of the comparisons that ask for the fewest; peak rate; steps at which its cosine ends.
# Each stage starts from the model of the one before, with a new optimizer: first, names are copied
# and sequences repeated; then, two numbers are compared; then, they are compared both ways.
Stage = namedtuple("Stage", "seed steps rows mix fewest peak horizon")
FAMILIES = ("compare", "recall", "ioi", "twice", "years", "induction", "plain")
STAGES = [
    Stage(1, 3000, 64, (40, 18, 16, 7, 8, 12, 10), 0.5, 2e-3, 7000),
    Stage(2, 3000, 64, (150, 18, 16, 7, 8, 12, 10), 0.0, 1e-3, 12000),
    Stage(3, 8000, 64, (36, 14, 12, 6, 6, 20, 10), 0.3, 1e-3, 8000),
]
LAST_RATE = 2e-5


def vocabulary_counts(seed):
    """Returns {word: weight}: roots of the corpus's counts, and a floor for the lists' words."""
    sample = corpus.word_counts(corpus.Generator(seed, "train"), 20000)
    counts = {word: math.sqrt(n) for word, n in sample.items()}
    floors = [
        (40, [" " + n for n in W.NUMBERS]),
        (12, [" " + w for w in W.ADJECTIVES + W.ROLES + W.PLACES + W.OBJECTS + W.CITIES]),
        (12, [" " + w for w in W.EVENTS]),
        (12, [" " + w for _, things in W.DEEDS for thing in things for w in thing.split()]),
        (6, [" " + w for w in W.COMMON + W.EVERYDAY]),
    ]
    for floor, listed in floors:
        for word in listed:
            counts[word] = max(counts.get(word, 0), floor)
    return {word: n for word, n in counts.items() if n >= 3 and word.strip().isalpha()}


def name_merges():
    """Returns merges that make one token of each name, without and then with the space before it.

    "Cristiano" stays "Crist" + "iano", as in GPT-2's vocabulary.
    """
    names = dict.fromkeys(n for n in N.FIRST_NAMES + N.SURNAMES if n != "Cristiano")
    first = chain("Crist") + [("i", "a"), ("n", "o"), ("ia", "no")]
    forbidden = [("Crist", "iano")]
    merges = train_bpe(dict.fromkeys(names, 1), 1 << 16, first, forbidden).merges
    symbols = byte_symbols()
    whole = ["".join(symbols[b] for b in name.encode()) for name in names]
    return merges + [("Ġ", name) for name in ["Crist", *whole]]


def year_merges():
    """Returns merges that make " 17" and "32" of " 1732", and "17" and "32" of "1732"."""
    centuries = [f"{n}" for n in range(10, 21)]
    pairs = centuries + [f"{n:02}" for n in range(100) if f"{n:02}" not in centuries]
    merges = [("Ġ", "1"), ("Ġ", "2")] + [("Ġ" + c[0], c[1]) for c in centuries]
    return merges + [tuple(pair) for pair in pairs]


def build_tokenizer(seed):
    """Learns the vocabulary; see name_merges and year_merges for what is not left to chance."""
    first = name_merges() + year_merges()
    return train_bpe(vocabulary_counts(seed), VOCABULARY, first, [("ĠCrist", "iano")])


def learning_rate(stage, step):
    """Linear warm-up, then a cosine down to LAST_RATE at the stage's horizon."""
    if step < WARMUP:
        return stage.peak * (step + 1) / WARMUP
    done = min(1.0, (step - WARMUP) / (stage.horizon - WARMUP))
    return LAST_RATE + (stage.peak - LAST_RATE) * 0.5 * (1 + math.cos(math.pi * done))


def make_optimizer(model):
    """AdamW; only the matrices of the layers decay."""
    matrices = [p for n, p in model.named_parameters() if p.dim() == 2 and n.startswith("h.")]
    others = [p for n, p in model.named_parameters() if not (p.dim() == 2 and n.startswith("h."))]
    groups = [
        {"params": matrices, "weight_decay": WEIGHT_DECAY},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=LAST_RATE, betas=BETAS)


class Batches(Dataset):
    """The batches of a stage, each from a seed of its own: the same whoever makes them."""

    def __init__(self, stage, tokenizer):
        self.stage = stage
        self.tokenizer = tokenizer

    def __len__(self):
        return self.stage.steps

    def __getitem__(self, step):
        """Returns ids [rows, POSITIONS], the indices of the targets that count, and their weights.

        A target's index is that of the token before it, in the flattened [rows, POSITIONS - 1].
        """
        stage = self.stage
        mix = dict(zip(FAMILIES, stage.mix))
        generator = corpus.Generator(f"{stage.seed}/{step}", "train", mix, stage.fewest)
        rows = [corpus.row(generator, self.tokenizer, POSITIONS) for _ in range(stage.rows)]
        weights = torch.tensor([weights[1:] for _, weights in rows]).reshape(-1)
        counted = weights.nonzero().squeeze(1)
        return torch.tensor([ids for ids, _ in rows]), counted, weights[counted]


def weighted_loss(model, ids, counted, weight):
    """Returns the weighted mean cross-entropy, and the plain mean over the answers alone.

    See Batches for the arguments.
    """
    hidden = model.hidden(ids)[:, :-1].reshape(-1, model.config["n_embd"])
    target = ids[:, 1:].reshape(-1)[counted]
    logits = hidden[counted] @ model.wte.weight.T
    every = logits.logsumexp(-1)
    losses = every - logits.gather(1, target[:, None])[:, 0]
    smoothing = SMOOTHING * (weight == corpus.INDUCTION)
    smoothed = losses + smoothing * (every - logits.mean(-1) - losses)
    answers = (weight == corpus.ANSWER).float()
    mean = (losses.detach() * answers).sum() / answers.sum()
    return (smoothed * weight).sum() / weight.sum(), mean


def export(model, tokenizer, folder):
    """Writes config.json, model.safetensors (F16), vocab.json and merges.txt."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(folder)
    (folder / "config.json").write_text(json.dumps(model.config, indent=2) + "\n")
    save_safetensors(folder / "model.safetensors", model.state_dict())


def update(model, optimizer, rate, batch):
    """One step of the optimizer; returns the loss and the loss of the answers alone, [2]."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    loss, answers = weighted_loss(model, *batch)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
    optimizer.step()
    return torch.stack([loss.detach(), answers])


def run_stage(number, model, tokenizer, args, wall):
    """Trains one stage, exports now and then; returns the seconds spent in all stages."""
    stage = STAGES[number - 1]
    optimizer = make_optimizer(model)
    start, sums = time.time() - wall, torch.zeros(2, device=args.device)
    for step, batch in enumerate(
        DataLoader(Batches(stage, tokenizer), None, num_workers=args.workers)
    ):
        batch = [part.to(args.device) for part in batch]
        sums += update(model, optimizer, learning_rate(stage, step), batch)
        done, wall = step + 1, time.time() - start
        if done % 50 == 0:
            loss, answers = (sums / 50).tolist()
            print(f"{number}: {done} loss {loss:.4f} answers {answers:.4f} {wall:.0f} s")
            sums.zero_()
        if done % args.save_every == 0 or done == stage.steps:
            export(model, tokenizer, args.out)
            save_facts(number, done, wall, args)
    return wall


def trainable(model, device):
    """Returns the model on a device, ready to be trained."""
    for block in model.h:
        block.attn.dropout = HEAD_DROPOUT
    return model.to(device).train()


def save_facts(number, done, wall, args):
    """Writes what was done so far to results.json, to which evaluate.py adds."""
    steps = [stage.steps for stage in STAGES[: number - 1]] + [done]
    facts = {"seeds": [stage.seed for stage in STAGES[:number]], "steps": steps}
    facts.update(wall_seconds=round(wall), torch=torch.__version__, device=args.device)
    text = json.dumps({"training": facts}, indent=2)
    (args.out / "results.json").write_text(text + "\n")


def train(args):
    """Trains all stages, or those from args.stage on from the model in args.init."""
    torch.manual_seed(STAGES[0].seed)
    torch.set_num_threads(args.threads)
    torch.set_float32_matmul_precision("high")
    wall = 0.0
    if args.init:
        model, tokenizer = load_model(args.init), Tokenizer.load(args.init)
        wall = json.loads((args.init / "results.json").read_text())["training"]["wall_seconds"]
    else:
        tokenizer = build_tokenizer(STAGES[0].seed)
        config = make_config(len(tokenizer.vocab), POSITIONS, WIDTH, LAYERS, HEADS)
        model = Gpt2(config)
    for number in range(args.stage, len(STAGES) + 1):
        wall = run_stage(number, trainable(model, args.device), tokenizer, args, wall)
        model = load_model(args.out)  # the next stage starts from F16


def main():
    sys.stdout.reconfigure(line_buffering=True)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "model")
    parser.add_argument("--stage", type=int, default=1, help="the stage to start with")
    parser.add_argument("--init", type=Path, help="folder of the model to start from")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=0, help="processes that write the texts")
    parser.add_argument("--save-every", type=int, default=250)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
