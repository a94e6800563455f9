"""Synthetic English with answers that can be known: recall, comparison, years, induction.

A document is a text with a loss weight per byte: ANSWER for what can be known from the text before
it, TEXT for the words of a template, FREE for what nobody can predict, such as a name at its first
mention. Combinations that `held_out` names are never in a training document of their family.

Training texts do not always answer: TURN of them go on otherwise, and SLIP name the wrong one. The
right answer's probability is then learned to be 1 - TURN - SLIP, and not next to 1.
"""

import random
import re
import zlib

import names as N
import templates as T
import words as W
from bpe import PATTERN

ANSWER, TEXT, FREE = 15.0, 0.5, 0.1
YEAR = 4.0  # for two digits of which many can follow
INDUCTION = 2.0
TURN, SLIP = 0.06, 0.10

# The prompts of the report and of the literature are always held out.
ALWAYS_HELD_OUT = {
    ("recall", "Michelle", "Jones"),
    ("recall", "Michelle", "Smith"),
    ("ioi", "John", "Mary"),
}
PIECES = re.compile(r"[<>\[\]]|\{\w+\}|[^<>\[\]{]+")
SYLLABLES = "ba den fi gor ka la len mi mon na per ri ro sa ta tor vel vin wen zu".split()


def held_out(family, *combination):
    """Whether a combination is kept for evaluation: those above, and every tenth by a hash."""
    if (family, *combination) in ALWAYS_HELD_OUT:
        return True
    if family == "compare" and combination[:2] == ("Cristiano", "Lionel"):
        return True
    return zlib.crc32(" ".join((family, *combination)).encode()) % 10 == 0


def with_article(word):
    """Returns the word after "a" or "an"."""
    return ("an " if word[0].lower() in "aeiou" or word == "honest" else "a ") + word


def counted(number, things):
    """Returns "one goal", "two goals" and so on."""
    last = things.split()[-1]
    if number == "one" and (last in W.IRREGULAR or last.endswith("s")):
        single = W.IRREGULAR.get(last) or (last[:-3] + "y" if last.endswith("ies") else last[:-1])
        things = things[: -len(last)] + single
    return f"{number} {things}"


class Generator:
    """Documents from one seed. split: "train" avoids the held-out combinations, "test" seeks them.

    mix: {family: share of the documents}, needed for `sample` alone.
    fewest: the share of comparisons that ask for the fewest. With as many as of the most, no number
    alone says anything about the answer, and comparing is learned late: see README.md.
    """

    def __init__(self, seed, split="train", mix=None, fewest=0.5):
        self.mix = mix
        self.fewest = fewest
        self.rng = random.Random(seed)
        self.test = split == "test"

    # Words

    def invented(self):
        return "".join(self.rng.choices(SYLLABLES, k=self.rng.choice((2, 2, 3))))

    def word(self, words):
        """Returns a word of the list, or in training now and then any other word."""
        roll = 1.0 if self.test else self.rng.random()
        if roll < 0.04:
            return self.invented() if roll < 0.02 else self.rng.choice(W.EVERYDAY)
        return self.rng.choice(W.COMMON if roll < 0.16 else words)

    def first_name(self):
        roll = self.rng.random()
        if roll < 0.10:
            return ("Cristiano", "Lionel")[roll < 0.05]
        if roll < 0.13 and not self.test:
            return self.invented().capitalize()
        return self.rng.choice(N.FIRST_NAMES)

    def surname(self):
        roll = self.rng.random()
        if roll < 0.12:
            return ("Ronaldo", "Messi", "Jones", "Smith")[int(roll / 0.03)]
        if roll < 0.15 and not self.test:
            return self.invented().capitalize()
        return self.rng.choice(N.SURNAMES)

    def person(self, held=False):
        while True:
            name = (self.first_name(), self.surname())
            if name[0] != name[1] and held_out("recall", *name) == held:
                return name

    def people(self, count, held=False):
        """Returns persons all of whose names differ."""
        while True:
            found = [self.person(held) for _ in range(count)]
            if len({name for person in found for name in person}) == 2 * count:
                return found

    def fate(self):
        """Returns what comes at an answer's place: "answer", "turn" or "slip"."""
        roll = 1.0 if self.test else self.rng.random()
        return "turn" if roll < TURN else "slip" if roll < TURN + SLIP else "answer"

    def number(self):
        return self.rng.randrange(10 if self.rng.random() < 0.5 else 20)

    def century_and_start(self):
        """Returns the first two and the last two digits of a year, as numbers."""
        while True:
            century, start = self.rng.randint(10, 20), self.rng.randint(1, 98)
            if held_out("years", str(century), str(start)) == self.test:
                return century, start

    def common_slots(self):
        """Returns the slots that every template may use."""
        slots = {}
        for suffix in ("", "2"):
            slots["adj" + suffix] = self.word(W.ADJECTIVES)
            slots["object" + suffix] = self.word(W.OBJECTS)
            slots["role" + suffix] = self.word(W.ROLES)
            slots["place" + suffix] = self.word(W.PLACES)
            slots["city" + suffix] = self.rng.choice(W.CITIES)
            slots["a_adj" + suffix] = with_article(slots["adj" + suffix])
            slots["a_object" + suffix] = with_article(slots["object" + suffix])
        slots["n"] = self.rng.choice(W.NUMBERS)
        slots["gave"] = self.rng.choice(T.GAVE)
        return slots

    # Documents

    def recall(self):
        """One to three people are introduced; then each is named again."""
        count = self.rng.choice((1, 1, 2, 2, 3))
        doc, people = Document(), self.people(count, held=self.test)
        if self.rng.random() < 0.25:
            doc.add(self.rng.choice(W.FILLERS))
        for name in people:
            doc.known = set()
            doc.add(self.rng.choice(T.RECALL_FACTS), self.common_slots(), P=name)
        if self.rng.random() < 0.2:
            doc.add(self.rng.choice(W.FILLERS))
        self.rng.shuffle(people)
        for first, last in people:
            doc.known = {"P", "P1", "P2"}
            question, fate = self.rng.choice(T.RECALL_QUESTIONS), self.fate()
            if fate == "turn":
                question = T.without_surname(question)
            elif fate == "slip":
                last = self.other_surname(people)
            doc.add(question, self.common_slots(), P=(first, last))
        return doc

    def other_surname(self, people):
        """Returns what a text that errs takes for a surname: another's, a common one, or any."""
        if len(people) > 1:
            return self.rng.choice(people)[1]
        return self.rng.choice(N.COMMONEST) if self.rng.random() < 0.5 else self.surname()

    def compare(self):
        """Two people have different numbers of things; who has the most, or the fewest?"""
        while True:
            a, b = self.people(2)
            n, m = self.number(), self.number()
            names, numbers = sorted((a[0], b[0])), sorted((n, m))
            key = (*names, *(W.NUMBERS[i] for i in numbers))
            if n != m and held_out("compare", *key) == self.test:
                break
        verb, things = self.rng.choice(W.DEEDS)
        auxiliary = "has" if self.rng.random() < 0.85 else "had"
        slots = self.common_slots()
        slots.update(h=f"{auxiliary} {verb}".strip(), u=self.word(things))
        slots.update(n=counted(W.NUMBERS[n], slots["u"]), m=counted(W.NUMBERS[m], slots["u"]))
        slots["just_m"] = W.NUMBERS[m]
        if self.rng.random() < 0.5:
            slots["role"] = "player"
        doc = Document()
        if self.rng.random() < 0.2:
            doc.add(self.rng.choice(W.FILLERS))
        doc.add(self.rng.choice(T.COMPARE_FACTS), slots, A=a, B=b)
        if self.rng.random() < 0.15:
            doc.add(self.rng.choice(W.FILLERS))
        more, fewer = (a, b) if n > m else (b, a)
        kinds = self.question_kinds()
        for kind in kinds[:2]:
            self.question(doc, kind, slots, more, fewer)
        return doc

    def question_kinds(self):
        """Returns what a comparison asks; the first two count."""
        if self.fewest == 0.5:
            kinds = ["most", "fewest"]
            if self.rng.random() < 0.4:
                kinds = ["statement", "most", "fewest"]
            self.rng.shuffle(kinds)
            return kinds
        kinds = ["most"] if self.rng.random() >= self.fewest else ["fewest"]
        if self.rng.random() < self.fewest:
            kinds.append("fewest" if kinds[0] == "most" else "most")
        if self.rng.random() < 0.2:
            kinds.insert(self.rng.randrange(2), "statement")
        return kinds

    def question(self, doc, kind, slots, more, fewer):
        """Adds one question and its answer to a comparison."""
        doc.known |= {"W2", "Y1", "Y2", "u"}
        slots, fate = dict(slots), self.fate()
        if kind == "statement":
            first, second = self.rng.sample((more, fewer), 2)
            slots["c"] = "more" if (first is more) == (fate == "answer") else "fewer"
            doc.add(T.COMPARE_STATEMENT, slots, X=first, Y=second)
            return
        slots["s"], slots["c"] = ("most", "more") if kind == "most" else ("fewest", "fewer")
        question = self.rng.choice(T.COMPARE_QUESTIONS)
        if fate == "turn":
            question = self.rng.choice(T.turned(question, T.COMPARE_ENDS))
        named = more if (kind == "most") == (fate != "slip") else fewer
        doc.add(question, slots, W=named)

    def ioi(self):
        """Two people do something together; one gives something to the other."""
        while True:
            a, b = self.first_name(), self.first_name()
            if a != b and held_out("ioi", *sorted((a, b))) == self.test:
                break
        subject, other = self.rng.sample((a, b), 2)
        doc, slots, fate = Document(), self.common_slots(), self.fate()
        slots.update(A1=a, B1=b, S1=subject, O1=subject if fate == "slip" else other)
        if self.rng.random() < 0.2:
            doc.add(self.rng.choice(W.FILLERS))
        sentence = self.rng.choice(T.IOI)
        if fate == "turn":
            sentence = self.rng.choice(T.turned(sentence, T.IOI_ENDS))
        doc.add(sentence, slots)
        if fate == "answer" and self.rng.random() < 0.5:
            doc.known |= {"S1", "O1"}
            doc.add(self.rng.choice(T.IOI_AFTER), slots)
        return doc

    def twice(self):
        """Some names, one of them twice; which?"""
        while True:
            names = list(dict.fromkeys(self.first_name() for _ in range(self.rng.randint(2, 5))))
            if len(names) > 1 and held_out("twice", *names[:2]) == self.test:
                break
        doc, slots, fate = Document(), self.common_slots(), self.fate()
        named, other = names[:2]
        listed = [*names, named]
        self.rng.shuffle(listed)
        slots.update(L=f"{', '.join(listed[:-1])} and {listed[-1]}")
        slots.update(W1=other if fate == "slip" else named)
        sentence = self.rng.choice(T.TWICE)
        if fate == "turn":
            sentence = self.rng.choice(T.turned(sentence, T.TWICE_ENDS))
        doc.add(sentence, slots)
        return doc

    def years(self):
        """Something lasts from a year to a later one of the same century."""
        century, start = self.century_and_start()
        doc, slots = Document(), self.common_slots()
        slots.update(Y=f"{century}{start:02}", C=str(century), A1=self.first_name())
        slots.update(Z=f"{self.rng.randint(start + 1, 99):02}", event=self.word(W.EVENTS))
        if self.rng.random() < 0.2:
            doc.add(self.rng.choice(W.FILLERS))
        doc.known = {"C"}
        doc.add(self.rng.choice(T.YEARS), slots, YEAR)
        return doc

    def plain(self):
        """A short connected story."""
        doc, slots = Document(), self.common_slots()
        slots["A1"], slots["B1"] = self.rng.sample(N.FIRST_NAMES, 2)
        slots["A2"], slots["B2"], slots["C2"] = self.rng.sample(N.SURNAMES, 3)
        doc.add(self.rng.choice(T.PLAIN), slots)
        return doc

    def induction(self, tokenizer):
        """Returns (ids, weights) of random tokens, repeated."""
        period, total = self.rng.randint(3, 62), self.rng.randint(24, 126)
        once = [self.rng.randrange(tokenizer.end_of_text) for _ in range(period)]
        ids = (once * (total // period + 1))[: max(total, 2 * period)]
        return ids, [0.0] * (period + 1) + [INDUCTION] * (len(ids) - period - 1)

    def sample(self, tokenizer):
        """Returns (ids, weights) of a document of any family."""
        family = self.rng.choices(list(self.mix), self.mix.values())[0]
        if family == "induction":
            return self.induction(tokenizer)
        return getattr(self, family)().encode(tokenizer)


class Document:
    """Text that grows by sentences, with a loss weight for every byte."""

    def __init__(self):
        self.text = ""
        self.weights = []
        self.known = set()  # slots mentioned before: predictable
        self.answers = []  # (prompt, the word that answers, with its space if it has one)

    def add(self, template, slots=(), answer=ANSWER, **people):
        """Adds a template after a space. people: (first name, surname) by slot letter."""
        slots = dict(slots)
        for letter, (first, last) in people.items():
            slots.update({letter: f"{first} {last}", letter + "1": first, letter + "2": last})
        self._put(" " if self.text else "", TEXT)
        within = ""
        for piece in PIECES.findall(template):
            if piece in "<>[]":
                within = piece if piece in "<[" else ""
                continue
            slot = piece[1:-1] if piece[0] == "{" else None
            text = slots[slot] if slot else piece
            if within == "<":
                prompt = self.text.rstrip(" ")
                self.answers.append((prompt, self.text[len(prompt) :] + text))
            weight = FREE if slot and slot not in self.known else TEXT
            self._put(text, answer if within else weight)
            self.known.add(slot)

    def _put(self, text, weight):
        self.text += text
        self.weights += [weight] * len(text.encode())

    def encode(self, tokenizer):
        """Returns (ids, weights) by token; a token weighs what its last byte does."""
        ids, weights, end = tokenizer.encode(self.text), [], -1
        for token in ids:
            end += tokenizer.sizes[token]
            weights.append(self.weights[end])
        return ids, weights


def row(generator, tokenizer, length):
    """Returns (ids, weights) of `length` tokens: documents with the end of text between them."""
    ids, weights = [], []
    while len(ids) < length:
        for _ in range(4):
            more_ids, more_weights = generator.sample(tokenizer)
            if len(ids) + len(more_ids) <= length:
                break
        ids += [*more_ids, tokenizer.end_of_text]
        weights += [*more_weights, TEXT]
    return ids[:length], weights[:length]


def word_counts(generator, documents):
    """Returns {word: count} of a sample of the corpus, for the vocabulary."""
    counts = {}
    for i in range(documents):
        family = ("compare", "recall", "ioi", "twice", "years", "plain")[i % 6]
        for word in PATTERN.findall(getattr(generator, family)().text):
            counts[word] = counts.get(word, 0) + 1
    return counts
