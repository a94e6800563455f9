"""The sentences of the synthetic English.

`{slot}` is filled from the document's slots; `<...>` is an answer, which the loss weights most, and
`[...]` what may stand in an answer's place, with the same weight. For a person P, {P} is the full
name, {P1} the first name and {P2} the surname.
"""

import re

# Recall: facts that give a full name, then sentences that ask for the surname.
RECALL_FACTS = """
{P} was {a_adj} {role}.
{P} was {a_adj} {role}.
{P} was {a_adj} {role}.
{P} is {a_adj} {role} from {city}.
{P} worked at the {place}.
{P} lived in {city}.
{P} was a {role} and lived in {city}.
{P} had {a_adj} {object}.
{P} went to the {place} every day.
{P} liked the {place} in {city}.
The {role} was called {P}.
My {role} {P} was very {adj}.
There was once {a_adj} {role} called {P}.
In {city} I met {P}.
""".strip().splitlines()

RECALL_QUESTIONS = """
{P1} <{P2}> was {a_adj2} {role2}.
{P1} <{P2}> was very {adj2}.
{P1} <{P2}> had many friends.
{P1} <{P2}> liked the {place2}.
{P1} <{P2}> worked in {city2}.
{P1} <{P2}> wanted to be {a_adj2} {role2}.
{P1} <{P2}> had never been to {city2}.
Everyone liked {P1} <{P2}>.
I often talked to {P1} <{P2}>.
The {role2} knew {P1} <{P2}> well.
""".strip().splitlines()

# Comparison: {h} is "has won" or the like, {n} and {m} a number and the
# things counted ({u}).
COMPARE_FACTS = """
{A} {h} {n}. {B} {h} {m}.
{A} {h} {n}. {B} {h} {m}.
{A} {h} {n}. {B} {h} {m}.
{A} {h} {n} and {B} {h} {m}.
{A} {h} {n}, but {B} {h} {m}.
{A} {h} {n} and {B} {h} {just_m}.
{A} {h} {n}, while {B} {h} {m}.
""".strip().splitlines()

# {s} is most or fewest, {c} more or fewer, W the person who is asked for and L the other.
COMPARE_QUESTIONS = """
The {role} who {h} the {s} {u} is <{W1}> {W2}.
The {role} who {h} the {s} {u} is <{W1}> {W2}.
The {role} who {h} the {s} {u} is <{W1}> {W2}.
The person who {h} the {s} {u} is <{W1}> {W2}.
The one who {h} the {s} {u} is <{W1}> {W2}.
The {role} with the {s} {u} is <{W1}> {W2}.
The person with the {s} {u} is <{W1}> {W2}.
The {role} who {h} {c} {u} is <{W1}> {W2}.
The one with {c} {u} is <{W1}> {W2}.
""".strip().splitlines()

# In place of the answer.
COMPARE_ENDS = ["[ from] {city}.", "[ very] {adj2}.", "[ not] here.", "[ called] {W1} {W2}."]

COMPARE_STATEMENT = "{X} {h} <{c}> {u} than {Y1} {Y2}."

# Indirect objects: A and B in the order of the text, S the one who acts, O the other.
IOI = """
When {A1} and {B1} went to the {place}, {S1} {gave} {a_object} to <{O1}>.
When {A1} and {B1} went to the {place}, {S1} {gave} {a_object} to <{O1}>.
When {A1} and {B1} got {a_object} at the {place}, {S1} decided to give it to <{O1}>.
After {A1} and {B1} went to the {place}, {S1} {gave} {a_object} to <{O1}>.
While {A1} and {B1} were working at the {place}, {S1} {gave} {a_object} to <{O1}>.
{A1} and {B1} went to the {place}. {S1} {gave} {a_object} to <{O1}>.
Then, {A1} and {B1} went to the {place}. {S1} {gave} {a_object} to <{O1}>.
Then, {A1} and {B1} had a long argument, and afterwards {S1} said to <{O1}>.
Then, {A1} and {B1} were thinking about going to the {place}. {S1} wanted to give {a_object} to <{O1}>.
Friends {A1} and {B1} found {a_object} at the {place}. {S1} {gave} it to <{O1}>.
The {role} saw {A1} and {B1} at the {place}, where {S1} {gave} {a_object} to <{O1}>.
""".strip().splitlines()

# In place of the answer.
IOI_ENDS = ["[ the] {role2}.", "[ the] {role2}.", "[ a] {role2}.", "[ everyone]."]

IOI_AFTER = """
{O1} said thank you to <{S1}>.
{O1} was very happy.
{O1} smiled at <{S1}>.
{S1} and <{O1}> were good friends.
They went home together.
Later, {O1} {gave} {a_object2} to <{S1}>.
""".strip().splitlines()

# {L} are some names, one of them twice.
TWICE = """
{L} were there. The one named twice is <{W1}>.
{L} came in. The one who came in twice is <{W1}>.
The names are {L}. The name that comes twice is <{W1}>.
I read {L}. The name that I read twice is <{W1}>.
On the list are {L}. The name that is there twice is <{W1}>.
""".strip().splitlines()

# In place of the answer.
TWICE_ENDS = ["[ not] known.", "[ here].", "[ very] {adj2}.", "[ from] {city}."]

# {Y} is a year, {C} its century's two digits and {Z} two later digits.
YEARS = """
The {event} lasted from the year {Y} to the year {C}<{Z}>.
The {event} lasted from the year {Y} to the year {C}<{Z}>.
The {event} lasted from the year {Y} to the year {C}<{Z}>.
The {event} in {city} lasted from the year {Y} to the year {C}<{Z}>.
The {event} lasted from {Y} to {C}<{Z}>.
The {event} began in {Y} and ended in {C}<{Z}>.
The {event} began in the year {Y} and ended in the year {C}<{Z}>.
The {event} went on from {Y} until {C}<{Z}>.
{A1} was born in {Y} and died in {C}<{Z}>.
{A1} was a {role} in {city} from the year {Y} to the year {C}<{Z}>.
""".strip().splitlines()

PLAIN = [" ".join(story.split()) for story in """
{A1} lived in a small house near the {place}. Every morning {A1} went to the {place} to work. One
day the door was open, and there was {a_object} on the table.

Once upon a time there was {a_adj} {role} called {A1}. {A1} had {a_adj2} {object}. Everyone in the
town knew about it.

{A1} was a {role}. She lived in {city} with her brother {B1}. They had a dog and two cats.

{A1} was a {role}. He lived in {city} with his sister {B1}. They were very happy together.

It was a cold day in {city}. {A1} put on a coat and a hat and went out. The street was quiet, and
the sun was low.

{A1} and {B1} went to the {place} together. They talked all day, and then they went home.

"Where is the {object}?" asked {A1}. "It is on the table," said {B1}. "Thank you," said {A1}.

The {role} had {a_adj} {object}. It was new, and it was not for sale. The {role} did not want to
lose it.

In the summer {A1} went to {city} to see the {place}. It was old and beautiful. In the winter {A1}
went home.

I have a friend called {A1}. We go to the same school. On Sunday we play football in the park.

{A1} wanted to be a {role}, but it was not easy. It took a long time. In the end {A1} was the best
{role} in {city}.

There are many people in {city}. Some of them work at the {place}, and some of them do not work at
all.

The {place} was open, so {A1} went in. There was a {role} there, and they talked for an hour.

{A1} can't find the {object}. It isn't in the {place} and it isn't at home. "I don't know where it
is," said {A1}.

"{A2}!" said the {role}. "{B2} and {C2} went to the {place}." {A2} did not say anything.

{A2} and {B2} worked at the {place}. {C2} was the {role}, and {B2} was very {adj}.

{A1}'s {object} was {adj}. {B1}'s was not. That is why {A1} was so happy.

If you go to {city}, you should see the {place}. You will like it, I think. It is very {adj}.

This is {a_adj} {object}. It was made in {city} by a {role}. You can buy it at the {place} for {n}
dollars.

What is the name of the {role}? The name of the {role} is {A1}. Who is {A1}? {A1} is the {role}.

The {adj} {role} went to the {place} with a {adj2} {role2}. The {role} had {n} books and the
{role2} had a {object}.
""".strip().split("\n\n")]

GAVE = ["gave", "gave", "gave", "handed", "passed", "showed", "sent", "offered"]


def turned(template, ends):
    """Returns a template whose answer ends it with one of the ends instead; ends: [str]."""
    return [template.split(" <")[0] + end for end in ends]


def without_surname(template):
    """Returns a question of RECALL_QUESTIONS whose answer is left out, as may be with any name."""
    return re.sub(r" <\{P2\}>( \w+|\.)", r"[\1]", template)
