"""Trains the embedded model and writes it in the published layout. See README.md."""

import argparse
import json
import math
import sys
import time
from collections import namedtuple
from pathlib import Path

import torch
from torch.nn import functional as F

import corpus
import words as W
from bpe import Tokenizer, chain, train as train_bpe
from model import Gpt2, load_model, make_config, save_safetensors

HERE = Path(__file__).resolve().parent

VOCABULARY = 2048
POSITIONS, WIDTH, LAYERS, HEADS = 64, 128, 4, 4
WARMUP = 300
BETAS, WEIGHT_DECAY, CLIP = (0.9, 0.98), 0.05, 1.0

# A stage: seed; steps; rows of POSITIONS tokens in a batch; shares of the families of documents;
# share of the comparisons that ask for the fewest; peak rate; steps at which its cosine ends.
# Each stage starts from the model of the one before, with a new optimizer: first, names are copied
# and sequences repeated; then, two numbers are compared; then, they are compared both ways.
Stage = namedtuple("Stage", "seed steps rows mix fewest peak horizon")
FAMILIES = ("compare", "recall", "ioi", "induction", "plain")
STAGES = [
    Stage(1, 2000, 64, (46, 18, 16, 10, 10), 0.5, 2e-3, 6000),
    Stage(2, 1000, 32, (162, 18, 16, 10, 10), 0.0, 1e-3, 10000),
    Stage(3, 5000, 32, (40, 14, 12, 22, 12), 0.3, 1e-3, 5000),
]
LAST_RATE = 2e-5


def vocabulary_counts(seed):
    """Returns {word: weight}: roots of the corpus's counts, and a floor for the lists' words."""
    sample = corpus.word_counts(corpus.Generator(seed, "train"), 20000)
    counts = {word: math.sqrt(n) for word, n in sample.items()}
    floors = [
        (40, W.FIRST_NAMES + [" " + n for n in W.FIRST_NAMES + W.SURNAMES + W.NUMBERS]),
        (12, [" " + w for w in W.ADJECTIVES + W.ROLES + W.PLACES + W.OBJECTS + W.CITIES]),
        (12, [" " + w for _, things in W.DEEDS for thing in things for w in thing.split()]),
        (6, [" " + w for w in W.COMMON + W.EVERYDAY]),
    ]
    for floor, listed in floors:
        for word in listed:
            counts[word] = max(counts.get(word, 0), floor)
    for word in ("Cristiano", " Cristiano"):
        counts.pop(word, None)
    return {word: n for word, n in counts.items() if n >= 5}


def build_tokenizer(seed):
    """Learns the vocabulary. "Cristiano" is "Crist" + "iano" in it, as in GPT-2's."""
    first = chain("Crist") + [("Ġ", "Crist")] + [("i", "a"), ("n", "o"), ("ia", "no")]
    forbidden = [("Crist", "iano"), ("ĠCrist", "iano")]
    return train_bpe(vocabulary_counts(seed), VOCABULARY, first, forbidden)


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


def make_batch(generator, tokenizer, rows, device):
    """Returns ids [rows, POSITIONS] and the loss weights of the same shape."""
    rows = [corpus.row(generator, tokenizer, POSITIONS) for _ in range(rows)]
    ids = torch.tensor([r[0] for r in rows], device=device)
    return ids, torch.tensor([r[1] for r in rows], device=device)


def weighted_loss(model, ids, weights):
    """Returns the weighted mean cross-entropy, and the plain mean over the answers alone."""
    hidden = model.hidden(ids)[:, :-1].reshape(-1, model.config["n_embd"])
    target, weight = ids[:, 1:].reshape(-1), weights[:, 1:].reshape(-1)
    counted = weight.nonzero().squeeze(1)
    target, weight = target[counted], weight[counted]
    losses = F.cross_entropy(hidden[counted] @ model.wte.weight.T, target, reduction="none")
    answers = losses.detach()[weight == corpus.ANSWER]
    return (losses * weight).sum() / weight.sum(), answers.mean()


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
    return torch.stack([loss.detach(), answers]).cpu()


def run_stage(number, model, tokenizer, args, wall):
    """Trains one stage, exports now and then; returns the seconds spent in all stages."""
    stage = STAGES[number - 1]
    optimizer = make_optimizer(model)
    mix = dict(zip(FAMILIES, stage.mix))
    generator = corpus.Generator(stage.seed, "train", mix, stage.fewest)
    start, sums = time.time() - wall, torch.zeros(2)
    for step in range(stage.steps):
        batch = make_batch(generator, tokenizer, stage.rows, args.device)
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
    wall = 0.0
    if args.init:
        model, tokenizer = load_model(args.init).to(args.device), Tokenizer.load(args.init)
        wall = json.loads((args.init / "results.json").read_text())["training"]["wall_seconds"]
    else:
        tokenizer = build_tokenizer(STAGES[0].seed)
        config = make_config(len(tokenizer.vocab), POSITIONS, WIDTH, LAYERS, HEADS)
        model = Gpt2(config).to(args.device)
    for number in range(args.stage, len(STAGES) + 1):
        wall = run_stage(number, model, tokenizer, args, wall)
        model = load_model(args.out).to(args.device)  # the next stage starts from F16


def main():
    sys.stdout.reconfigure(line_buffering=True)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "model")
    parser.add_argument("--stage", type=int, default=1, help="the stage to start with")
    parser.add_argument("--init", type=Path, help="folder of the model to start from")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--save-every", type=int, default=250)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
