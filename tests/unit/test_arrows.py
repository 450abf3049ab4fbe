"""The arrows between the rooms, read off the source: who may import whom, and the rules that keep it so."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import revenuer

ROOT = Path(revenuer.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))

ARROWS: dict[str, set[str]] = {
    "records": set(),
    "stats": set(),
    "engine": {"records"},
    "ingest": {"records"},
    "detect": {"records", "stats", "engine"},
    "guard": {"records", "stats", "engine", "detect"},
    "prove": {"records", "stats"},
    "share": {"records", "stats"},
    "rank": {"records", "stats"},
    "simulate": {"records", "stats"},
    "report": {"records", "stats", "rank"},
}
"""Room -> the other rooms it may know. `cli` knows all, and nobody knows `cli`."""

ENGINE_FILE = "engine/duckdb_engine.py"
"""The only file that may name the engine's library."""


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room_of(path: Path) -> str:
    """The room that a file lies in; empty for the package's own `__init__`."""
    parts = path.relative_to(ROOT).parts
    return parts[0] if len(parts) > 1 else ""


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path: Path, tree: ast.Module) -> Iterator[str]:
    """Every module that a file imports by absolute name, wherever in the file the import stands."""
    package = ["revenuer", *path.relative_to(ROOT).parts[:-1]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def rooms_imported(path: Path, tree: ast.Module) -> set[str]:
    names = (name.split(".") for name in imported(path, tree))
    return {
        parts[1]
        for parts in names
        if parts[0] == "revenuer" and len(parts) > 1 and (ROOT / parts[1]).is_dir()
    }


def broken_arrows(path: Path, tree: ast.Module) -> set[str]:
    room = room_of(path)
    known = rooms_imported(path, tree)
    return known - {room} if not room else (set() if room == "cli" else known - {room} - ARROWS[room])


def test_every_room_has_a_rule() -> None:
    rooms = {path.name for path in ROOT.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    assert rooms - {"cli"} <= ARROWS.keys()


def test_the_rules_have_no_circle() -> None:
    settled: set[str] = set()
    while len(settled) < len(ARROWS):
        ready = {room for room, known in ARROWS.items() if room not in settled and known <= settled}
        assert ready, f"a circle among {sorted(ARROWS.keys() - settled)}"
        settled |= ready


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_file_breaks_an_arrow(path: Path) -> None:
    assert broken_arrows(path, tree_of(path)) == set()


@pytest.mark.parametrize(
    ("file", "code", "broken"),
    [
        ("stats/new.py", "from revenuer.records import Campaign", {"records"}),
        ("detect/new.py", "import revenuer.ingest.read", {"ingest"}),
        ("detect/new.py", "from revenuer import report", {"report"}),
        ("detect/signals/new.py", "def late():\n    from ...cli import main", {"cli"}),
        ("guard/new.py", "from revenuer.detect.sketch import sketch_kernel", set()),
        ("cli/new.py", "from revenuer.detect.scan import scan", set()),
        ("__init__.py", "from revenuer.records import Campaign", {"records"}),
    ],
)
def test_a_broken_arrow_is_seen(file: str, code: str, broken: set[str]) -> None:
    assert broken_arrows(ROOT / file, ast.parse(code)) == broken


def test_one_file_names_the_engine_library() -> None:
    naming = {
        name_of(path)
        for path in MODULES
        if any(name.split(".")[0] == "duckdb" for name in imported(path, tree_of(path)))
    }
    assert naming == {ENGINE_FILE}


def catches_everything(node: ast.AST) -> bool:
    """Whether a handler swallows what it cannot know: `except:` or `except Exception` (BaseException with no re-raise)."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    names = {item.id for item in caught if isinstance(item, ast.Name)}
    if node.type is None or "BaseException" in names:
        return not any(isinstance(inner, ast.Raise) and inner.exc is None for inner in ast.walk(node))
    return "Exception" in names


def test_only_the_process_boundary_catches_everything() -> None:
    catching = {name_of(p) for p in MODULES if any(catches_everything(node) for node in ast.walk(tree_of(p)))}
    assert catching == {
        "cli/main.py",
        "guard/http/desk.py",
        "guard/http/service.py",
        "share/taxii/app.py",
    }


def test_the_root_has_docstring_and_version_only() -> None:
    body = tree_of(ROOT / "__init__.py").body
    assert len(body) == 2
    assert isinstance(body[0], ast.Expr)
    assert isinstance(body[1], ast.Assign)
    assert [target.id for target in body[1].targets if isinstance(target, ast.Name)] == ["__version__"]


GENERATORS = {
    "Generator",
    "PCG64",
    "PCG64DXSM",
    "Philox",
    "SFC64",
    "SeedSequence",
    "BitGenerator",
    "default_rng",
}
"""What may be named of numpy.random: kinds of generators that are then passed in. All else has a hidden global state."""


OWN_STATE = "random.Random"
"""Python's generator as an object: packs' scripts set its whole state, to draw what torch draws."""


def global_randomness(path: Path, tree: ast.Module) -> set[str]:
    found = {name for name in imported(path, tree) if name.split(".")[0] == "random"} - {OWN_STATE}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
            owner = node.value
            if (
                owner.attr == "random"
                and isinstance(owner.value, ast.Name)
                and owner.value.id in {"np", "numpy"}
            ):
                found |= {node.attr} - GENERATORS
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            unseeded = node.func.attr in GENERATORS and not node.args and not node.keywords
            found |= {f"{node.func.attr}()"} if unseeded else set()
    return found


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_file_draws_from_a_global_generator(path: Path) -> None:
    assert global_randomness(path, tree_of(path)) == set()


def mutable_state(tree: ast.Module) -> list[str]:
    """Names bound at module level to an empty list, dict or set (something is going to fill it), and `global` statements."""
    found = [name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names]
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and is_empty_container(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found += [target.id for target in targets if isinstance(target, ast.Name)]
    return found


def is_empty_container(value: ast.expr | None) -> bool:
    if isinstance(value, ast.List | ast.Set):
        return not value.elts
    if isinstance(value, ast.Dict):
        return not value.keys
    called = value.func.id if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) else ""
    return called in {"list", "dict", "set", "defaultdict", "deque", "Counter"} and not getattr(
        value, "args", []
    )


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_keeps_state(path: Path) -> None:
    assert mutable_state(tree_of(path)) == []
