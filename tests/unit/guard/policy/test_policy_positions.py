"""Where the keys of a TOML text stand: generated documents in every style of writing them."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revenuer.guard.policy.positions import Path, positions

KEYS = st.sampled_from(["a", "b-1", "when", "x.y", "q uo", 'say "so"', "é", "[z]", "#h"])
BARE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
SCALARS = st.sampled_from(
    [
        "1",
        "-2.5e3",
        "true",
        "2026-12-31",
        "2026-12-31 10:00:00Z",
        '"a # [b] = {c}"',
        "'lit\\'",
        '"""two\nlines \\""" # no\n"" end"""',
        '"""q"""""',
        "'''it's ''\n'''",
        '"\\"]"',
    ]
)
GAPS = st.sampled_from(["", " ", "\t", "\n", " # note [x] = {\n", "\r\n"])


def key(name: str) -> str:
    return name if set(name) <= BARE and name else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


@st.composite
def values(draw: st.DrawFn, depth: int = 2) -> str:
    kind = draw(st.sampled_from(["scalar", "array", "table"] if depth else ["scalar"]))
    if kind == "array":
        items = draw(st.lists(values(depth - 1), max_size=3))
        gaps = [draw(GAPS) for _ in range(2 * len(items) + 1)]
        inner = "".join(f"{gaps[2 * i]}{item}{gaps[2 * i + 1] or ' '}," for i, item in enumerate(items))
        return f"[{inner}{gaps[-1]}]"
    if kind == "table":
        names = draw(st.lists(KEYS, max_size=3, unique=True))
        return "{ " + ", ".join(f"{key(name)} = {draw(values(depth - 1))}" for name in names) + " }"
    return draw(SCALARS)


@st.composite
def documents(draw: st.DrawFn) -> str:
    text = draw(GAPS)
    for name in draw(st.lists(KEYS, max_size=3, unique=True)):
        dotted = f"{key(name)} . sub" if draw(st.booleans()) else key(name)
        text += f"{dotted} = {draw(values())}{draw(GAPS)}\n"
    for name in draw(st.lists(KEYS.map(lambda one: f"t{one}"), max_size=3, unique=True)):
        many = draw(st.booleans())
        for _ in range(draw(st.integers(1, 3)) if many else 1):
            text += f"[[{key(name)}]]\n" if many else f"  [ {key(name)} ]\n"
            for inner in draw(st.lists(KEYS, max_size=2, unique=True)):
                text += f"\t{key(inner)}={draw(values())}{draw(GAPS)}\n"
            if draw(st.booleans()):
                text += f"[{key(name)}.under.'deep er']\nk = 1\n"
    return text


def paths(value: Any, path: Path = ()) -> set[Path]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = {path} if path else set()
    for name, item in inner:
        found |= paths(item, (*path, name))
    return found


@given(documents())
def test_every_key_and_element_is_found_where_it_stands(text: str) -> None:
    document = tomllib.loads(text)
    found = positions(text)
    assert set(found) == paths(document)
    lines = text.split("\n")
    for path, place in found.items():
        here = lines[place.line - 1][place.column - 1 :]
        named = [str(part) for part in path if isinstance(part, str)][-1]
        assert here
        if isinstance(path[-1], str):
            assert named in here or key(named) in here or here.startswith("[")


def test_places_are_told_line_and_column() -> None:
    text = '# head\n[mode]\n  shadow = true\n[[rule]]\nwhen = { log10_e = 3, plan = ["a", "b"] }\n[[rule]]\na.b = 1\n'
    found = positions(text)
    assert found["mode",] == (2, 1)
    assert found["mode", "shadow"] == (3, 3)
    assert found["rule", 0, "when", "log10_e"] == (5, 10)
    assert found["rule", 0, "when", "plan", 1] == (5, 36)
    assert found["rule", 1] == (6, 1)
    assert found["rule", 1, "a", "b"] == (7, 1)


@pytest.mark.parametrize("size", [20_000])
def test_a_long_list_takes_linear_time(size: int) -> None:
    text = "".join(f'[[allow]]\naccount = "a{n}"\n' for n in range(size))
    assert positions(text)["allow", size - 1, "account"] == (2 * size, 1)
