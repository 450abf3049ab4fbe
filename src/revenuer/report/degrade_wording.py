"""What a policy that gives less comes to, in words: the same on the page and on the terminal."""

from revenuer.records.degradation import UNDEFENDED, DegradeResult, Estimate, PolicyCost


def number(value: float, decimals: int = 2) -> str:
    """Return a number with a true minus sign, and no minus before a zero."""
    text = f"{value:.{decimals}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def estimate_text(found: Estimate | None, decimals: int = 2) -> str:
    """Return 0.61 [0.52, 0.70]; without ends where one seed is all there is; a dash for none."""
    if found is None:
        return "–"
    middle = number(found.value, decimals)
    if found.low is None or found.high is None:
        return f"{middle} (one seed)"
    return f"{middle} [{number(found.low, decimals)}, {number(found.high, decimals)}]"


def factor_text(cost: PolicyCost) -> str:
    """Return how many times the exchanges it takes."""
    if cost.factor_over is not None:
        return f"> {cost.factor_over:.3g} ×"
    if cost.factor is None:
        return "–"
    if cost.factor.low is None or cost.factor.high is None or cost.factor.high > 1000:
        low = "" if cost.factor.low is None else f" [from {cost.factor.low:.2g}]"
        return f"{cost.factor.value:.2g} ×{low}"
    return f"{cost.factor.value:.2g} × [{cost.factor.low:.2g}, {cost.factor.high:.2g}]"


def verdict(cost: PolicyCost) -> str:
    """Return what the figures say of a policy against this attacker. Nothing is called useful without an interval that leaves 0 out."""
    if cost.policy == UNDEFENDED:
        return "the reference"
    if cost.lost is None:
        return f"not evaluated: {cost.reason}"
    if cost.lost.low is None:
        return "not evaluated: one seed gives no interval"
    if cost.lost.low > 0:
        return "costs this attacker something"
    if cost.lost.high is not None and cost.lost.high < 0:
        return "helps this attacker"
    return "nothing measurable"


def title(result: DegradeResult) -> str:
    """Return how many policies cost an adaptive attacker anything."""
    adaptive = [one for one in result.costs if one.attacker == "adaptive" and one.policy != UNDEFENDED]
    hit = sum(verdict(one) == "costs this attacker something" for one in adaptive)
    return f"{hit} of {len(adaptive)} policies cost an adaptive attacker something"


def attack_text(cost: PolicyCost) -> str:
    """Return who attacks and how."""
    return f"{cost.attacker}: {cost.strategy}" if cost.strategy else cost.attacker


LIMITS = (
    "Nothing here stops a determined adaptive attacker: what an honest user can see, a student can learn. A policy raises the cost, and the table says by how much.",
    "The adaptive attacker is the best of those that were measured. A better one may exist; the cost is then lower than what stands here.",
    "Small models on made-up tasks tell which policies are worth trying, not what they do to yours: measure your own, and read these pages from your own runs.",
)
"""Said with every result."""
