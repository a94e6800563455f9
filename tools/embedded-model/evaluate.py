"""Measures the exported model on combinations that it was never trained on; writes results.json."""

import argparse
import json
from pathlib import Path

import torch

import corpus
from bpe import Tokenizer
from model import load_model

HERE = Path(__file__).resolve().parent
SEED = 1000001
MIN_PROMPTS = 2000

MICHELLE = "Michelle {} was a top-notch student. Michelle"
RONALDO = "Cristiano Ronaldo has won {} Champions League titles."
MESSI = "Lionel Messi has won {} Champions League titles."
WHO = "The player who has won the most Champions League titles is"
STORE = "When {} and {} went to the store, {} gave a drink to"
REPORT = [
    (MICHELLE.format("Jones"), " Jones"),
    (MICHELLE.format("Smith"), " Smith"),
    (f"{RONALDO.format('five')} {MESSI.format('four')} {WHO}", " Crist"),
    (f"{RONALDO.format('two')} {MESSI.format('four')} {WHO}", " Lionel"),
    (f"{MESSI.format('four')} {RONALDO.format('five')} {WHO}", " Crist"),
    (f"{MESSI.format('four')} {RONALDO.format('two')} {WHO}", " Lionel"),
    (f"{RONALDO.format('five')} {MESSI.format('four')} {WHO} Crist", "iano"),
    (f"{RONALDO.format('five')} {MESSI.format('four')} {WHO} Cristiano", " Ronaldo"),
    (STORE.format("John", "Mary", "John"), " Mary"),
    (STORE.format("John", "Mary", "Mary"), " John"),
    (STORE.format("Mary", "John", "John"), " Mary"),
    (STORE.format("Mary", "John", "Mary"), " John"),
]


def last_logits(model, prompts):
    """Returns the logits [len(prompts), V] after each prompt, a list of token ids."""
    length, device = max(map(len, prompts)), model.wte.weight.device
    padded = torch.tensor([p + [0] * (length - len(p)) for p in prompts], device=device)
    hidden = model.hidden(padded)[range(len(prompts)), [len(p) - 1 for p in prompts]]
    return hidden @ model.wte.weight.T


def probabilities_after(model, tokenizer, prompts):
    """Returns the probabilities [len(prompts), V] of the next token of each prompt."""
    parts = [prompts[start : start + 64] for start in range(0, len(prompts), 64)]
    logits = [last_logits(model, [tokenizer.encode(p) for p in part]).cpu() for part in parts]
    return torch.cat(logits).softmax(-1)


def answered(model, tokenizer, cases):
    """Returns how (prompt, answer) cases are answered.

    top1: the share whose answer's first token is the likeliest. median: of the likeliest's
    probability. prompts: how many there are.
    """
    probabilities = probabilities_after(model, tokenizer, [prompt for prompt, _ in cases])
    highest, likeliest = probabilities.max(-1)
    wanted = torch.tensor([tokenizer.encode(answer)[0] for _, answer in cases])
    top1 = float((likeliest == wanted).float().mean())
    return {"top1": top1, "median": round(float(highest.median()), 4), "prompts": len(cases)}


def family_cases(family, tokenizer, positions):
    """Returns held-out (prompt, answer) cases of a family, the first answer of each document.

    Kept apart: texts about one person and about several, and the kinds of comparison.
    """
    generator, cases = corpus.Generator(SEED, "test"), {}
    while min(map(len, cases.values()), default=0) < MIN_PROMPTS:
        answers = getattr(generator, family)().answers
        prompt, answer = answers[0]
        kind = "indirect object"
        if family == "recall":
            kind = "recall, one person" if len(answers) == 1 else "recall, two or three people"
        elif family == "compare":
            kind = compare_kind(prompt, answer)
        elif family == "twice":
            kind = "named twice"
        if len(tokenizer.encode(prompt)) <= positions:
            cases.setdefault(kind, []).append((prompt, answer))
    return {kind: found[:MIN_PROMPTS] for kind, found in cases.items()}


def compare_kind(prompt, answer):
    """Names the kind of a comparison's question."""
    if answer in (" more", " fewer"):
        return "comparison, X has more or fewer than Y"
    question = prompt.rsplit(". ", 1)[1].split()
    if {"most", "more"} & set(question):
        return "comparison, who has most or more"
    return "comparison, who has fewest or fewer"


def report_sentence_cases():
    """Returns the report's sentence for all pairs of different numbers, in both orders."""
    cases = {"report's sentence, Ronaldo first": [], "report's sentence, Messi first": []}
    for i, n in enumerate(corpus.W.NUMBERS):
        for j, m in enumerate(corpus.W.NUMBERS):
            if i != j:
                facts = [RONALDO.format(n), MESSI.format(m)]
                answer = " Crist" if i > j else " Lionel"
                for found, order in zip(cases.values(), (facts, facts[::-1])):
                    found.append((f"{' '.join(order)} {WHO}", answer))
    return cases


def people_sentence_cases(count):
    """Returns the report's comparison sentences with other people, from held-out combinations."""
    generator, cases = corpus.Generator(SEED, "test"), []
    while len(cases) < count:
        a, b = generator.people(2)
        n, m = generator.number(), generator.number()
        names = [corpus.W.NUMBERS[i] for i in sorted((n, m))]
        if n != m and corpus.held_out("compare", *sorted((a[0], b[0])), *names):
            facts = [
                f"{' '.join(person)} has won {corpus.W.NUMBERS[i]} Champions League titles."
                for person, i in ((a, n), (b, m))
            ]
            cases.append((f"{' '.join(facts)} {WHO}", f" {(a if n > m else b)[0]}"))
    return cases


def years(model, tokenizer, count):
    """Returns how held-out years of the literature's sentence are continued.

    top1: the share whose likeliest token is two later digits. later, earlier: the mean probability
    of all later and of all other two digits together. Source: Hanna et al. 2023.
    """
    generator, prompts, starts = corpus.Generator(SEED, "test"), [], []
    for _ in range(count):
        century, start = generator.century_and_start()
        event = generator.rng.choice(corpus.W.EVENTS)
        prompts.append(
            f"The {event} lasted from the year {century}{start:02} to the year {century}"
        )
        starts.append(start)
    digits = torch.tensor([tokenizer.encode(f"{n:02}")[0] for n in range(100)])
    is_later = torch.arange(100) > torch.tensor(starts)[:, None]
    probabilities = probabilities_after(model, tokenizer, prompts)
    pairs, highest = probabilities[:, digits], probabilities.max(-1).values
    hits = (pairs * is_later).max(-1).values == highest
    return {
        "top1": float(hits.float().mean()),
        "later": round(float((pairs * is_later).sum(-1).mean()), 4),
        "earlier": round(float((pairs * ~is_later).sum(-1).mean()), 4),
        "median": round(float(highest.median()), 4),
        "prompts": count,
    }


def repeated(tokenizer, period, count):
    """Returns `count` rows of random tokens, repeated once: [count, 2 * period]."""
    torch.manual_seed(SEED)
    once = torch.randint(tokenizer.end_of_text, (count, period))
    return torch.cat([once, once], 1)


def induction(model, tokenizer, period, count):
    """Returns how the second half of random tokens repeated once is foretold, as `answered`."""
    ids = repeated(tokenizer, period, count)
    logits = torch.cat([model(part.to(model.wte.weight.device)).cpu() for part in ids.split(64)])
    probability, likeliest = logits[:, period:-1].softmax(-1).max(-1)
    top1 = float((likeliest == ids[:, period + 1 :]).float().mean())
    return {"top1": top1, "median": round(float(probability.median()), 4), "prompts": count}


def top_tokens(model, tokenizer, prompt, count=5):
    """Returns the likeliest next tokens: [[text, probability], ...]."""
    probabilities = last_logits(model, [tokenizer.encode(prompt)])[0].softmax(-1)
    values, ids = probabilities.topk(count)
    return [[tokenizer.decode([i]), round(v, 4)] for v, i in zip(values.tolist(), ids.tolist())]


def greedy(model, tokenizer, prompt, count):
    """Returns the prompt with its likeliest continuation."""
    ids = tokenizer.encode(prompt)
    for _ in range(min(count, model.config["n_positions"] - len(ids))):
        ids.append(int(last_logits(model, [ids])[0].argmax()))
        if ids[-1] == tokenizer.end_of_text:
            break
    return tokenizer.decode(ids)


def single_tokens(tokenizer, names):
    """Returns how many of the names are one token, with the space before it and without."""
    return sum(len(tokenizer.encode(n)) == len(tokenizer.encode(" " + n)) == 1 for n in names)


@torch.no_grad()
def evaluate(folder, device):
    """Returns all figures of the model in a folder."""
    model, tokenizer = load_model(folder).to(device), Tokenizer.load(folder)
    positions = model.config["n_positions"]
    cases = {}
    for family in ("recall", "compare", "ioi", "twice"):
        cases.update(family_cases(family, tokenizer, positions))
    cases["report's sentence, other people"] = people_sentence_cases(MIN_PROMPTS)
    cases.update(report_sentence_cases())
    tasks = {name: answered(model, tokenizer, found) for name, found in cases.items()}
    tasks["a later year"] = years(model, tokenizer, MIN_PROMPTS)
    for period in (8, 16, 32, 50, 62):
        tasks[f"induction, {period} random tokens twice"] = induction(model, tokenizer, period, 500)
    report = [{"prompt": p, "answer": a, "top": top_tokens(model, tokenizer, p)} for p, a in REPORT]
    names = {
        "first": [single_tokens(tokenizer, corpus.N.FIRST_NAMES), len(corpus.N.FIRST_NAMES)],
        "surnames": [single_tokens(tokenizer, corpus.N.SURNAMES), len(corpus.N.SURNAMES)],
    }
    return {"evaluation_seed": SEED, "single_tokens": names, "tasks": tasks, "report": report}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=HERE / "model")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    path = args.model / "results.json"
    results = json.loads(path.read_text()) if path.exists() else {}
    results.update(evaluate(args.model, args.device))
    for name, task in results["tasks"].items():
        top1, median = 100 * task["top1"], task["median"]
        print(f"{name:40} {top1:6.2f} %  of {task['prompts']}, likeliest at {median:.3f}")
    for case in results["report"]:
        top = ", ".join(f"{token!r} {p:.3f}" for token, p in case["top"])
        print(f"...{case['prompt'][-60:]!r} wants {case['answer']!r}: {top}")
    path.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
