"""Plans for a mark in text: how many answers it takes to see a green list or Gumbel noise."""

import math

from scipy import stats

from revenuer.prove.plan.designs.design import Design, Parameter, Values, number
from revenuer.stats.exact_tails import log10_binomial_tail, log10_gamma_tail

SCHEMES = ("green", "gumbel")
_KEYED = {
    "scheme": Parameter(default="green", meaning="green list or Gumbel noise", choices=SCHEMES),
    "tokens": Parameter(default=100, meaning="scored tokens an answer, after de-duplication", low=1),
    "chance": Parameter(default=0.25, meaning="share of the vocabulary that is green", low=1e-6, high=0.999),
    "keys": Parameter(
        default=1, meaning="keys that are tried; each is judged at alpha over their number", low=1
    ),
}


def _scored(n: int, values: Values) -> int:
    return n * int(values["tokens"])


def log10_floor(n: int, values: Values) -> float | None:
    """Return log10 of the smallest p over all keys: every scored token green; None, no bound, for Gumbel scores."""
    if values["scheme"] == "gumbel":
        return None
    return min(
        0.0, _scored(n, values) * math.log10(number(values, "chance")) + math.log10(number(values, "keys"))
    )


def power(n: int, effect: float, alpha: float, values: Values) -> float:
    """Return the chance that one key's p is at most alpha over the number of keys.

    Green list: `effect` is the share of green tokens under H1, each token an independent trial. Gumbel: `effect` is the mean of a token's score -ln(1 - r),
    which is 1 under H0; scores are taken as exponential with that mean. Not modelled: dependence between tokens.
    """
    tokens, level = _scored(n, values), math.log10(alpha / number(values, "keys"))
    if values["scheme"] == "gumbel":
        critical = _smallest_total(tokens, level)
        return float(stats.gamma.sf(critical / effect, tokens))
    critical_count = _smallest_count(tokens, number(values, "chance"), level)
    return float(stats.binom.sf(critical_count - 1, tokens, effect))


def _smallest_count(tokens: int, chance: float, level: float) -> int:
    """Return the smallest number of green tokens whose p is at most 10^level, tokens + 1 where none is."""
    low, high = 0, tokens + 1
    while low < high:
        middle = (low + high) // 2
        if middle <= tokens and log10_binomial_tail(middle, tokens, chance) > level:
            low = middle + 1
        else:
            high = middle
    return low


def _smallest_total(tokens: int, level: float) -> float:
    """Return the sum of scores whose tail is 10^level."""
    low, high = float(tokens), float(tokens) + 10.0
    while log10_gamma_tail(high, tokens) > level:
        high += high - tokens
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if log10_gamma_tail(middle, tokens) > level else (low, middle)
    return high


def _power_by(values: Values) -> str:
    law = "gamma" if values["scheme"] == "gumbel" else "binomial"
    return f"exact {law} law of independent tokens"


def _open_or_closed_power(n: int, effect: float, alpha: float, values: Values) -> float:
    """Return the power of radioactivity: closed as of a mark in answers; open by the normal law of a mean over windows."""
    if values["form"] == "closed":
        return power(n, effect, alpha, values)
    return float(stats.norm.sf(stats.norm.isf(alpha / number(values, "keys")) - math.sqrt(n) * effect))


DETECT = Design(
    test="detect",
    unit="answers",
    h0="the answers were written without knowledge of our keys, which were drawn at random: each scored token meets a key by chance alone",
    h1="the answers carry our mark: they came from our model as it served marked text",
    effect=Parameter(
        default=0.3,
        meaning="share of green tokens under H1 (scheme green), or mean score of a token, 1 under H0 (scheme gumbel)",
        low=1e-6,
    ),
    parameters=_KEYED,
    log10_floor=log10_floor,
    power=power,
    power_by=_power_by,
    requests=lambda n, _: n,
    remedy="plan more answers, or fewer keys",
)
RADIOACTIVITY = Design(
    test="radioactivity",
    unit="answers",
    units={"open": "windows"},
    h0="the suspect was trained without text marked under our keys, which were drawn at random: it meets a key by chance alone",
    h1="the suspect was trained on text that carries our mark",
    effect=Parameter(
        default=0.26,
        meaning="closed: as for detect; open: lead of a window's statistic, in its standard deviations under H0",
        low=1e-6,
    ),
    parameters={
        "form": Parameter(
            default="closed",
            meaning="the suspect's own text, or its next-token distributions",
            choices=("closed", "open"),
        ),
        **_KEYED,
    },
    log10_floor=lambda n, values: log10_floor(n, values) if values["form"] == "closed" else None,
    power=_open_or_closed_power,
    power_by=lambda values: (
        _power_by(values) if values["form"] == "closed" else "normal law of the mean over windows"
    ),
    requests=lambda n, values: n if values["form"] == "closed" else 0,
    remedy="plan more answers, or fewer keys",
)
