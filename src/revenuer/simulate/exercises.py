"""What programs and pupils send: pipeline tasks, word problems, exams, bank questions, code and tool results."""

import numpy as np

from revenuer.simulate.grammar import nouns, pick
from revenuer.simulate.lexicon import DAYS, ENGLISH, NAMES, PEOPLE

_FORMS = (
    "haiku",
    "short story",
    "blog post",
    "product description",
    "press release",
    "dialogue",
    "limerick",
    "newsletter paragraph",
    "speech",
    "how-to guide",
    "op-ed",
    "quiz",
    "FAQ",
    "slogan",
    "fable",
    "letter",
)


_AUDIENCES = (
    "beginners",
    "children",
    "busy managers",
    "retired engineers",
    "first-year students",
    "tourists",
    "a sceptical reader",
    "nurses",
    "hobbyists",
    "shop owners",
)


_TASKS = (
    "Write a {f} about {x} for {a}.",
    "Generate {n} questions about {x} with answers.",
    "Classify the following text as positive or negative: {x} made {p}'s week.",
    "Rewrite the sentence using the passive voice: {p} finished {x} on {d}.",
    "List {n} facts about {x}.",
    "Explain the relation between {x} and {y}.",
    "Create a {f} that combines {x} and {y}.",
    "Summarise the main arguments for and against {x}.",
    "Extract the named entities: {p} met {q} in {d} to discuss {x}.",
    "Suggest {n} titles for a {f} on {x}.",
    "Convert this into JSON: name {p}, topic {x}, due {d}, budget {n}.",
    "Edit for grammar: {p} have saw {x} and were want {y}.",
    "Describe {x} to {a} in {n} sentences.",
    "Given the topic {x}, propose an outline with {n} sections.",
    "Compare {x} with {y} in a table with {n} rows.",
    "Translate into French: {p} talked about {x} on {d}.",
    "Identify the odd one out: {x}, {y}, {z}.",
    "Provide a counterargument to the claim that {x} is better than {y}.",
    "Imagine you are {p}, an expert on {x}. Answer a question from {a}.",
    "Design a {n}-day plan that covers {x} and {y}.",
    "Find a metaphor for {x} that {a} would understand.",
    "Predict what happens to {x} if {y} disappears.",
    "Categorise these items: {x}, {y}, {z}, {n} pencils.",
    "Compose a {f} in which {p} and {q} argue about {x}.",
    "Construct a SQL query that counts rows about {x} by month.",
    "Write a function that checks whether a list of {n} items mentions {x}.",
)


_WORD_PROBLEMS = (
    "{p} has {a} boxes with {b} {o} each. {q} takes {c} {o}. How many {o} are left?",
    "A shop sells {o} at {b} coins each. On {d} {p} buys {a} and returns {c}. How much did {p} spend?",
    "{p} walks {a} km a day for {b} days and {q} walks {c} km more in total. How far did {q} walk?",
    "Every week {p} collects {a} {o}, gives {q} a third of {b} of them and loses {c}. How many remain after {e} weeks?",
    "{p} reads {a} pages on {d} and twice as many the next day. The book has {b} pages more than that. How many pages does the book have?",
    "There are {a} rows of {b} {o}. {p} removes {c} from each row, then {q} adds {e}. What is the total now?",
    "{p} earns {a} an hour for the first {b} hours and {c} more for each hour after. How much for {e} hours more than {b}?",
    "{q} is {a} years older than {p}. In {b} years {q} will be {c} times as old as a dog aged {e}. How old is {p}?",
    "A tank holds {a} litres. {p} fills {b} litres a minute while {c} leak out. How many minutes until it is full if {e} litres were in it?",
    "{p} bakes {a} trays of {b} {o}, burns {c}, and packs the rest in bags of {e}. How many full bags?",
)


_OBJECTS = (
    "marbles",
    "apples",
    "stamps",
    "tiles",
    "pencils",
    "buttons",
    "seashells",
    "candles",
    "muffins",
    "postcards",
    "coins",
    "ribbons",
    "bolts",
    "lemons",
)


_BANK = (
    "why was I charged {n} for {x}",
    "my {x} still hasn't arrived after {n} days",
    "how do I change the limit on my {x}",
    "I don't recognise a {x} from {d}",
    "can I get a second {x} for my {p}",
    "the app rejected my {x}",
    "is there a fee of {n} on a {x}?",
    "please cancel the {x} I made on {d}",
    "what do I need to verify for a {x}",
    "my {x} shows as pending since {d}",
    "I was double charged {n} on {x}",
    "where do I find the number of my {x}",
    "exchange rate used for {x} on {d} looks wrong",
    "can't log in after I reset my {x}",
    "how long until a {x} of {n} clears?",
)


_BANK_THINGS = (
    "card",
    "transfer",
    "top up",
    "direct debit",
    "cash withdrawal",
    "refund",
    "virtual card",
    "standing order",
    "PIN",
    "cheque",
    "statement",
    "passcode",
    "card payment",
    "account",
)


_CODE_VERBS = (
    "fix",
    "refactor",
    "add a test for",
    "explain",
    "rename",
    "speed up",
    "add logging to",
    "write docs for",
    "remove the dead code in",
    "add error handling to",
    "migrate",
    "review",
)


_CODE_NOUNS = (
    "parser",
    "scheduler",
    "cache",
    "login form",
    "retry loop",
    "CSV importer",
    "config loader",
    "rate limiter",
    "router",
    "invoice model",
    "search index",
    "queue worker",
    "upload handler",
    "diff view",
    "metrics exporter",
    "session store",
)


_CODE_TAILS = (
    "it fails on empty input",
    "the build breaks since yesterday",
    "keep the public API",
    "no new dependencies",
    "see the failing test",
    "it should be idempotent",
    "the types are wrong",
    "performance dropped",
    "users reported a crash",
    "don't touch the migrations",
    "follow the style of the file next to it",
    "CI times out",
)


_FILES = (
    "src/{a}/{b}.py",
    "lib/{a}_{b}.ts",
    "internal/{a}/{b}.go",
    "app/{a}/{b}.rb",
    "crates/{a}/src/{b}.rs",
    "tests/test_{a}_{b}.py",
    "web/{a}/{b}.tsx",
)


_PARTS = (
    "auth",
    "billing",
    "core",
    "mail",
    "report",
    "sync",
    "user",
    "order",
    "feed",
    "media",
    "admin",
    "search",
    "export",
    "event",
    "policy",
    "graph",
    "stock",
    "audit",
)


def tasks(rng: np.random.Generator, n: int) -> list[str]:
    """Instructions as instruction-tuning pipelines write them."""
    topics = rng.integers(0, len(ENGLISH.topics), (3, n))
    x, y, z = (nouns(rng, ENGLISH, row) for row in topics)
    parts = zip(
        pick(rng, _TASKS, n),
        x,
        y,
        z,
        pick(rng, _FORMS, n),
        pick(rng, _AUDIENCES, n),
        pick(rng, NAMES, n),
        pick(rng, NAMES, n),
        pick(rng, DAYS, n),
        rng.integers(2, 13, n).tolist(),
        strict=True,
    )
    return [
        t.format(x=a, y=b, z=c, f=f, a=aud, p=p, q=q, d=d, n=k) for t, a, b, c, f, aud, p, q, d, k in parts
    ]


def word_problems(rng: np.random.Generator, n: int) -> list[str]:
    """Grade-school arithmetic in words."""
    numbers = rng.integers(2, 60, (n, 4)).tolist()
    parts = zip(
        pick(rng, _WORD_PROBLEMS, n),
        pick(rng, NAMES, n),
        pick(rng, NAMES, n),
        pick(rng, _OBJECTS, n),
        pick(rng, DAYS, n),
        numbers,
        strict=True,
    )
    return [t.format(p=p, q=q, o=o, d=d, a=k[0], b=k[1], c=k[2], e=k[3]) for t, p, q, o, d, k in parts]


def exams(rng: np.random.Generator, n: int) -> list[str]:
    """Multiple-choice questions with four options."""
    topics = rng.integers(0, len(ENGLISH.topics), (5, n))
    rows = zip(*(nouns(rng, ENGLISH, row) for row in topics), rng.integers(1, 40, n).tolist(), strict=True)
    stems = (
        "Which of the following is most closely related to {x}?",
        "A student studies {x} for {k} weeks. What should come first?",
        "Which statement about {x} is false?",
        "In which case does {x} depend on the other factor?",
        "What would best reduce the effect of {x} after {k} days?",
    )
    return [
        f"{stem.format(x=x, k=k)}\nA. {a}\nB. {b}\nC. {c}\nD. {d}\nAnswer:"
        for stem, (x, a, b, c, d, k) in zip(pick(rng, stems, n), rows, strict=True)
    ]


def bank_questions(rng: np.random.Generator, n: int) -> list[str]:
    """Short messages to a bank's support."""
    parts = zip(
        pick(rng, _BANK, n),
        pick(rng, _BANK_THINGS, n),
        pick(rng, DAYS, n),
        pick(rng, PEOPLE, n),
        rng.integers(2, 400, n).tolist(),
        strict=True,
    )
    return [t.format(x=x, d=d, p=p, n=k) for t, x, d, p, k in parts]


def file_names(rng: np.random.Generator, n: int) -> list[str]:
    """Paths in somebody's repository."""
    parts = zip(pick(rng, _FILES, n), pick(rng, _PARTS, n), pick(rng, _PARTS, n), strict=True)
    return [t.format(a=a, b=b) for t, a, b in parts]


def code_requests(rng: np.random.Generator, n: int) -> list[str]:
    """What developers type to a coding agent."""
    style = rng.random(n)
    parts = zip(
        pick(rng, _CODE_VERBS, n),
        pick(rng, _CODE_NOUNS, n),
        file_names(rng, n),
        pick(rng, _CODE_TAILS, n),
        pick(rng, _CODE_TAILS, n),
        style.tolist(),
        rng.integers(10, 900, n).tolist(),
        strict=True,
    )
    return [
        f"{verb} the {noun} in {path}"
        if s < 0.3
        else f"{verb} the {noun} in {path}, {tail}"
        if s < 0.65
        else f"{path} line {k}: {tail}. {verb} the {noun}, {tail2}."
        for verb, noun, path, tail, tail2, s, k in parts
    ]


def tool_results(rng: np.random.Generator, n: int) -> list[str]:
    """What an agent's client sends back after a tool ran."""
    kinds = (
        "{f}: {a} lines read",
        "exit 0\n{a} passed, {b} skipped in {a}.{b}s",
        "exit 1\n{f}:{a}: {t}",
        "edited {f} (+{a} -{b})",
        "grep: {a} matches in {b} files, first {f}:{a}",
        "{f} does not exist",
    )
    parts = zip(
        pick(rng, kinds, n),
        file_names(rng, n),
        pick(rng, _CODE_TAILS, n),
        rng.integers(1, 900, (n, 2)).tolist(),
        strict=True,
    )
    return [k.format(f=f, t=t, a=ab[0], b=ab[1]) for k, f, t, ab in parts]
