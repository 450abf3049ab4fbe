"""report.html of what giving less costs: curves and costs, task by task."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from revenuer.records.degradation import UNDEFENDED, Curve, DegradeResult, PolicyCost
from revenuer.report import degrade_wording as words
from revenuer.report import page, visible
from revenuer.report.degrade_drawings import axes_of, panel
from revenuer.report.wording import iso

STYLE = "assets/degrade.css"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A drawing of all attackers against one policy, beside the best attacker without it."""

    policy: str
    drawing: Markup
    keys: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task: its panels and its table."""

    name: str
    panels: tuple[Panel, ...]
    costs: tuple[PolicyCost, ...]


def degrade_page(result: DegradeResult, now: datetime) -> str:
    """Return report.html: self-contained, offline, with every text escaped."""
    title = words.title(result)
    body = (
        page.environment()
        .get_template("degrade.html.j2")
        .render(result=result, tasks=_tasks(result), title=title, words=words, undefended=UNDEFENDED)
    )
    return page.render_page(
        title=f"Revenuer: {visible.plain(title)}", body=Markup(body), styles=(STYLE,), generated=iso(now)
    )


def _tasks(result: DegradeResult) -> tuple[Task, ...]:
    names = list(dict.fromkeys(curve.task for curve in result.curves))
    return tuple(_task(name, result) for name in names)


def _task(name: str, result: DegradeResult) -> Task:
    curves = [curve for curve in result.curves if curve.task == name]
    costs = tuple(cost for cost in result.costs if cost.task == name)
    axes = axes_of(curves)
    reference = _reference(curves, costs)
    policies = [policy for policy in dict.fromkeys(curve.policy for curve in curves) if policy != UNDEFENDED]
    panels = []
    for policy in policies:
        told = [(curve, _kind(curve, position)) for position, curve in _numbered(curves, policy)]
        shown = [*([(reference, "reference")] if reference is not None else []), *told]
        keys = tuple((kind, _key(curve, kind)) for curve, kind in shown)
        label = f"{policy}: " + "; ".join(_alternative(curve, kind) for curve, kind in shown)
        panels.append(Panel(policy=policy, drawing=panel(axes, shown, visible.plain(label)), keys=keys))
    return Task(name=name, panels=tuple(panels), costs=costs)


def _reference(curves: list[Curve], costs: tuple[PolicyCost, ...]) -> Curve | None:
    best = next((one for one in costs if one.policy == UNDEFENDED and one.attacker == "adaptive"), None)
    opened = [curve for curve in curves if curve.policy == UNDEFENDED]
    named = [curve for curve in opened if best is not None and curve.strategy == best.strategy]
    return next(iter(named or opened), None)


def _numbered(curves: list[Curve], policy: str) -> list[tuple[int, Curve]]:
    """Return the policy's curves, each with its number among those of its kind of attacker."""
    seen: dict[str, int] = {}
    told = []
    for curve in curves:
        if curve.policy == policy:
            told.append((seen.get(curve.attacker, 0), curve))
            seen[curve.attacker] = seen.get(curve.attacker, 0) + 1
    return told


def _kind(curve: Curve, position: int) -> str:
    return curve.attacker if position == 0 else f"{curve.attacker} dashed"


def _key(curve: Curve, kind: str) -> str:
    who = UNDEFENDED if kind == "reference" else curve.attacker
    return f"{who}: {curve.strategy}" if curve.strategy else who


def _alternative(curve: Curve, kind: str) -> str:
    """Return the curve in words, for who cannot see it."""
    said = ", ".join(f"{words.number(point.score.value)} at {point.exchanges:,}" for point in curve.points)
    return f"{_key(curve, kind)} has {said}"
