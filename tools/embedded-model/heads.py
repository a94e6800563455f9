"""Measures what each attention head does, on held-out prompts; writes heads.json. See README.md.

Three figures of a head in a task. looks: where the last word's attention goes, by place. direct:
the difference of logits, the answer's less the rival's, that its z makes at the last word by
itself. lost: the share of that difference which goes when its z is everywhere the mean over the
prompts.
"""

import argparse
import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

import corpus
import evaluate
from bpe import Tokenizer
from model import load_model

HERE = Path(__file__).resolve().parent
PROMPTS, PERIOD = 64, 50
SHADES = (0.1, 0.9)  # of the way from the corrupted to the clean run


@dataclass
class Task:
    """Prompts of one length.

    ids: [N, T]. answers, rivals: [N] ids. places: {name: [N] positions}.
    """

    ids: torch.Tensor
    answers: torch.Tensor
    rivals: torch.Tensor
    places: dict


def task(tokenizer, cases, names):
    """Returns the Task of cases (prompt, answer, rival, positions of the places called `names`)."""
    prompts, answers, rivals, places = zip(*cases[:PROMPTS])
    first = [[tokenizer.encode(word)[0] for word in words] for words in (answers, rivals)]
    ids = torch.tensor([tokenizer.encode(prompt) for prompt in prompts])
    columns = dict(zip(names, torch.tensor(places).T))
    return Task(ids, torch.tensor(first[0]), torch.tensor(first[1]), columns)


def surnames(generator, tokenizer):
    """Whose surname comes again? The rival is the surname of the prompt before."""
    people, cases, rival = [], [], "Smith"
    while len(people) < PROMPTS:
        person = generator.person(held=True)
        people += [person] if person[0] != "Cristiano" else []
    for first, last in people:
        prompt = f"{first} {last} was a good student. {first}"
        cases.append((prompt, f" {last}", f" {rival}", (0, 1)))
        rival = last
    return task(tokenizer, cases, ("first name", "surname"))


def indirect_objects(generator, tokenizer):
    """To whom is it given? The rival is the one who gives."""
    cases = []
    while len(cases) < PROMPTS:
        a, b = generator.first_name(), generator.first_name()
        if "Cristiano" in (a, b) or a == b or not corpus.held_out("ioi", *sorted((a, b))):
            continue
        giver, other = generator.rng.sample((a, b), 2)
        prompt = f"When {a} and {b} went to the store, {giver} gave a drink to"
        places = (1 if other == a else 3, 1 if giver == a else 3, 9)
        cases.append((prompt, f" {other}", f" {giver}", places))
    return task(tokenizer, cases, ("object", "giver", "giver again"))


def comparisons(tokenizer):
    """Who has the most? The rival is the other."""
    cases = []
    for prompt, answer in evaluate.people_sentence_cases(2 * PROMPTS):
        if "Cristiano" not in prompt:
            names = [" " + sentence.split()[0] for sentence in prompt.split(". ")[:2]]
            places = (0, 9, 4, 13) if answer == names[0] else (9, 0, 13, 4)
            cases.append((prompt, answer, names[answer == names[0]], places))
    return task(tokenizer, cases, ("most", "other", "most's number", "other's number"))


def later_years(generator, tokenizer):
    """Which year can it be? The answer is five years later, the rival five years earlier."""
    cases = []
    while len(cases) < PROMPTS:
        century, start = generator.century_and_start()
        if 10 <= start <= 90:
            event = generator.rng.choice(corpus.W.EVENTS)
            prompt = f"The {event} lasted from the year {century}{start} to the year {century}"
            cases.append((prompt, f"{start + 5:02}", f"{start - 5:02}", (7,)))
    return task(tokenizer, cases, ("start",))


def named_twice(generator, tokenizer):
    """Who is named twice, first and fourth of four? The rival is the second."""
    cases = []
    while len(cases) < PROMPTS:
        names = [generator.first_name() for _ in range(3)]
        if "Cristiano" not in names and len(set(names)) == 3:
            a, b, c = names
            prompt = f"The names are {a}, {b}, {c} and {a}. The name that comes twice is"
            cases.append((prompt, f" {a}", f" {b}", (3, 9, 5)))
    return task(tokenizer, cases, ("first time", "second time", "other"))


def repetitions(tokenizer):
    """What follows in random tokens, repeated? The rival is the token after the answer."""
    ids = evaluate.repeated(tokenizer, PERIOD, PROMPTS)[:, :-2]
    last = ids.shape[1] - 1
    at = {"before": last - 1, "same": last - PERIOD, "after the same": last - PERIOD + 1}
    places = {name: torch.full((PROMPTS,), place) for name, place in at.items()}
    return Task(ids, ids[:, PERIOD - 2], ids[:, PERIOD - 1], places)


@contextmanager
def heads_changed(model, changes):
    """Within it, changes {layer: function of z [B, T, H, D / H]} alter z, in place."""

    def hook_of(change):
        def hook(projection, inputs):
            z = inputs[0].clone()
            change(z.view(*z.shape[:2], model.config["n_head"], -1))
            return (z,)

        return hook

    handles = [
        model.h[layer].attn.c_proj.register_forward_pre_hook(hook_of(change))
        for layer, change in changes.items()
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def recorded(model, ids):
    """Returns z [L, B, T, H, D / H], patterns [L, B, H, T, T] and the last word's stream [B, D]."""
    zs, patterns, streams = [], [], []
    heads, size = model.config["n_head"], model.config["n_embd"] // model.config["n_head"]

    def keep_pattern(module, inputs, output):
        q, k, _ = output.view(*output.shape[:2], 3, heads, size).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-2, -1) / size**0.5
        patterns.append((scores + model.mask[: ids.shape[1], : ids.shape[1]]).softmax(-1))

    handles = [block.attn.c_attn.register_forward_hook(keep_pattern) for block in model.h]
    handles.append(model.ln_f.register_forward_pre_hook(lambda _, x: streams.append(x[0][:, -1])))
    layers = range(model.config["n_layer"])
    with heads_changed(model, {layer: lambda z: zs.append(z.clone()) for layer in layers}):
        model.hidden(ids)
    for handle in handles:
        handle.remove()
    return torch.stack(zs), torch.stack(patterns), streams[0]


def difference(model, found):
    """Returns the mean difference of logits, answer less rival, after the prompts of a Task."""
    logits = model.hidden(found.ids)[:, -1] @ model.wte.weight.T
    rows = torch.arange(len(logits))
    return float((logits[rows, found.answers] - logits[rows, found.rivals]).mean())


def measure(model, found):
    """Returns {"looks": {place: [L, H]}, "direct": [L, H], "lost": [L, H]} of a Task."""
    z, patterns, stream = recorded(model, found.ids)
    rows = torch.arange(len(found.ids))
    looks = {
        name: patterns[:, :, :, -1][:, rows, :, at].mean(0).tolist()
        for name, at in found.places.items()
    }
    toward = model.wte.weight[found.answers] - model.wte.weight[found.rivals]
    toward = toward * model.ln_f.weight / stream.std(-1, correction=0, keepdim=True)
    toward = toward - toward.mean(-1, keepdim=True)
    whole, direct, lost = difference(model, found), [], []
    for layer, block in enumerate(model.h):
        out = block.attn.c_proj.weight.view(*z.shape[-2:], -1)
        added = torch.einsum("bhs,hsd->bhd", z[layer, :, -1], out)
        direct.append(torch.einsum("bhd,bd->bh", added, toward).mean(0).tolist())
        lost.append([])
        for head in range(z.shape[-2]):
            mean = z[layer, :, :, head].mean(0)
            with heads_changed(model, {layer: lambda all_z: all_z[:, :, head].copy_(mean)}):
                lost[-1].append(1 - difference(model, found) / whole)
    return {"difference": whole, "looks": looks, "direct": direct, "lost": lost}


def attention(model, tokenizer, twice):
    """Returns {what: [L, H]}: the mean attention of a head to a place that tells what it does.

    twice: the Task of names, one of them twice. previous: to the token before, in sentences.
    duplicate: from a name to the same name before. same and induction: in random tokens, repeated,
    to the same token at its first time and to the token after that. Source: Olsson et al. 2022.
    """
    _, sentences, _ = recorded(model, twice.ids)
    _, repeated, _ = recorded(model, evaluate.repeated(tokenizer, PERIOD, 64))
    every, again = torch.arange(1, twice.ids.shape[1]), torch.arange(PERIOD, 2 * PERIOD)
    return {
        "previous": sentences[..., every, every - 1].mean((1, 3)).tolist(),
        "duplicate": sentences[..., 9, 3].mean(1).tolist(),
        "same": repeated[..., again, again - PERIOD].mean((1, 3)).tolist(),
        "induction": repeated[..., again, again - PERIOD + 1].mean((1, 3)).tolist(),
    }


def patched_streams(model, clean, corrupted):
    """Returns the logits [L, T, V] after a corrupted prompt whose stream is clean in one place.

    clean, corrupted: [1, T]. The place is a position after a layer.
    """
    rows = []
    for block in model.h:
        kept = []
        handle = block.register_forward_hook(lambda _, x, out: kept.append(out))
        model.hidden(clean)
        handle.remove()
        at = torch.arange(clean.shape[1])

        def patch(module, inputs, out):
            out[at, at] = kept[0][0]

        handle = block.register_forward_hook(patch)
        rows.append(model.hidden(corrupted.repeat(len(at), 1))[:, -1] @ model.wte.weight.T)
        handle.remove()
    return torch.stack(rows)


def patched_heads(model, clean, corrupted):
    """Returns the logits [L, H, V] after a corrupted prompt with the clean z of one head."""
    clean_z, _, _ = recorded(model, clean)
    rows = []
    for layer in range(model.config["n_layer"]):
        heads = torch.arange(model.config["n_head"])

        def patch(z):
            z[heads, :, heads] = clean_z[layer, 0].transpose(0, 1)

        with heads_changed(model, {layer: patch}):
            hidden = model.hidden(corrupted.repeat(len(heads), 1))[:, -1]
        rows.append(hidden @ model.wte.weight.T)
    return torch.stack(rows)


def shades(model, tokenizer):
    """Returns for the report's pairs how many cells of two maps are neither light nor dark.

    A cell is the share of the way from the corrupted to the clean run, of the answer's probability
    or of the difference of logits between the two answers.
    """
    pairs = {"surname": 0, "comparison": 2, "comparison, swapped": 4, "indirect object": 10}
    found = {}
    for name, at in pairs.items():
        texts, words = zip(*evaluate.REPORT[at : at + 2])
        clean, corrupted = [torch.tensor([tokenizer.encode(text)]) for text in texts]
        answer, rival = [tokenizer.encode(word)[0] for word in words]
        ends = [model(ids)[0, -1] for ids in (corrupted, clean)]
        for site, patched in (("resid_post", patched_streams), ("z", patched_heads)):
            logits = patched(model, clean, corrupted)
            cells = {"cells": logits[..., 0].numel()}
            for metric, value in {
                "probability": lambda x: x.softmax(-1)[..., answer],
                "logit difference": lambda x: x[..., answer] - x[..., rival],
            }.items():
                low, high = map(value, ends)
                share = (value(logits) - low) / (high - low)
                cells[metric] = int(((share > SHADES[0]) & (share < SHADES[1])).sum())
            found[f"{name}, {site}"] = cells
    return found


def together(model, tokenizer, looks):
    """Returns which heads induce by their attention [L, H], and the top-1 with and without all."""
    ids = evaluate.repeated(tokenizer, PERIOD, 64)
    z, _, _ = recorded(model, ids)
    group = [(i, j) for i, row in enumerate(looks) for j, look in enumerate(row) if look > 0.5]

    def change(layer):
        def without(all_z):
            for head in [head for at, head in group if at == layer]:
                all_z[:, :, head] = z[layer, :, :, head].mean(0)

        return without

    def top1():
        likeliest = model(ids)[:, PERIOD:-1].argmax(-1)
        return float((likeliest == ids[:, PERIOD + 1 :]).float().mean())

    whole = top1()
    with heads_changed(model, {layer: change(layer) for layer, _ in group}):
        return {"heads": group, "top1": whole, "without": top1()}


def rounded(value):
    """Returns a nest of dicts and lists with its floats at three places."""
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [rounded(each) for each in value]
    return round(value, 3) if isinstance(value, float) else value


def show(name, table, count=4):
    """Prints the heads with the largest values of a table [L, H]."""
    cells = [(v, f"{i}.{j}") for i, row in enumerate(table) for j, v in enumerate(row)]
    best = sorted(cells, reverse=True)[:count]
    print(f"  {name:28}" + "  ".join(f"{head} {value:.2f}" for value, head in best))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=HERE / "model")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model, tokenizer = load_model(args.model), Tokenizer.load(args.model)
    generator = corpus.Generator(evaluate.SEED, "test")
    tasks = {
        "induction": repetitions(tokenizer),
        "surname": surnames(generator, tokenizer),
        "indirect object": indirect_objects(generator, tokenizer),
        "comparison": comparisons(tokenizer),
        "named twice": named_twice(generator, tokenizer),
        "years": later_years(generator, tokenizer),
    }
    with torch.no_grad():
        facts = {"attention": attention(model, tokenizer, tasks["named twice"])}
        facts["shades"] = shades(model, tokenizer)
        facts["together"] = together(model, tokenizer, facts["attention"]["induction"])
        facts["tasks"] = {name: measure(model, found) for name, found in tasks.items()}
    for name, table in facts["attention"].items():
        show(name, table)
    for name, found in facts["tasks"].items():
        print(f"{name}: {found['difference']:.2f} between the logits")
        for place, table in found["looks"].items():
            show(f"looks at {place}", table)
        show("direct", found["direct"])
        show("lost", found["lost"])
    for name, found in facts["shades"].items():
        print(f"{name}: {found}, cells in all and those between {SHADES}")
    print(f"induction: {facts['together']}")
    (args.model / "heads.json").write_text(json.dumps(rounded(facts)) + "\n")


if __name__ == "__main__":
    main()
