"""The plan's file: it comes back as it was written, and every fault is named with its line."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revenuer.prove.plan import AskedTest, Plan, Price, make_plan, parse_plan, plan_bytes, read_plan
from revenuer.prove.plan.json_place import line_of
from revenuer.records import InputError

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def a_plan() -> Plan:
    return make_plan(
        suspect="acme-7b",
        alpha=0.01,
        asked=[
            AskedTest(test="twins", values={"n": "400", "effect": "0.2"}),
            AskedTest(test="safety", values={"n": "300"}),
        ],
        price=Price(input_per_million=1.0, output_per_million=4.0, currency="EUR"),
        commitment_root="ab" * 32,
        made_at=NOW,
    )


def changed(path: str, value: object) -> bytes:
    content = json.loads(plan_bytes(a_plan()))
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place = content
    for step in steps:
        place = place[step]
    place[last] = value
    return json.dumps(content, indent=2).encode()


def test_a_plan_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(plan_bytes(a_plan()))
    read = read_plan(path)
    assert read.plan == a_plan()
    assert read.content == path.read_bytes()


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("tests.1.n", "many", r"plan.json:\d+: tests\[1\].n: Expected `int`, got `str`"),
        ("tests.0.power", 1.5, r"plan.json:\d+: tests\[0\].power: Expected `float` <= 1.0"),
        ("tests.0.extra", 1, r"plan.json:10: tests\[0\]: Object contains unknown field `extra`"),
        ("commitment_root", "0x12", r"plan.json:\d+: commitment_root: Expected `str` matching regex"),
        ("tests", [], r"plan.json:\d+: tests: Expected `array` of length >= 1"),
        ("schema_version", 2, r"plan.json:2: schema_version: Invalid enum value 2"),
        ("tests.0.alpha", 0.01, r"plan.json:10: tests\[0\]: got alpha 0.01, expected 0.005"),
        ("tests.1.log10_floor", -1.0, r"plan.json:\d+: tests\[1\]: its smallest possible p"),
    ],
)
def test_a_fault_is_named_with_its_line(path: str, value: object, said: str) -> None:
    content = changed(path, value)
    with pytest.raises(InputError, match=said) as caught:
        parse_plan(content, "plan.json")
    lines = content.decode().splitlines()
    line = int(str(caught.value).split(":")[1])
    assert path.split(".")[-1] in lines[line - 1] or lines[line - 1].strip() == "{"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"{" * 100_000, b'{"schema_version": 1}']
)
def test_what_is_no_plan_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match=r"plan\.json"):
        parse_plan(content, "plan.json")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read the plan"):
        read_plan(tmp_path / "none.json")


@given(st.binary(max_size=300), st.integers(0, 1500))
def test_noise_in_a_plan_is_refused_or_read(noise: bytes, at: int) -> None:
    content = plan_bytes(a_plan())
    broken = content[:at] + noise + content[at + len(noise) :]
    try:
        read: Plan | InputError = parse_plan(broken, "plan.json")
    except InputError as error:
        read = error
    assert isinstance(read, Plan) or "plan.json" in str(read)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(JSON, st.data())
def test_the_line_of_a_value_is_where_it_is_written(value: object, data: st.DataObject) -> None:
    path: list[str | int] = []
    place = value
    while isinstance(place, dict | list) and place:
        step = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        path.append(step)
        place = place[step]
    text = json.dumps({"mark": value}, indent=1)
    marked = replaced(value, path, "HERE")
    expected = json.dumps({"mark": marked}, indent=1).partition('"HERE"')[0].count("\n") + 1
    if "HERE" not in text:
        assert line_of(text, ["mark", *path]) == expected


def replaced(value: object, path: list[str | int], new: object) -> object:
    if not path:
        return new
    if isinstance(value, dict):
        return {key: replaced(item, path[1:], new) if key == path[0] else item for key, item in value.items()}
    assert isinstance(value, list)
    return [replaced(item, path[1:], new) if index == path[0] else item for index, item in enumerate(value)]
