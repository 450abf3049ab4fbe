"""Words for what the search for rigging found: one place for the page and the terminal."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from revenuer.rank.rigging import Check, Comparison, RiggingFindings, SideOfComparison
from revenuer.records import Outcome
from revenuer.report.wording import count, plural

SHOWN_MODELS = 15
TESTS = {
    "against_board": "votes against the board",
    "favour": "favour for one model",
    "attention": "attention to one model",
    "lift": "votes that lift one model through the fit",
    "speed": "improbable speed",
    "repeats": "repeated pairs",
    "lockstep": "lockstep with other accounts",
    "newcomers": "a model's fortunes among new accounts",
    "followers": "a crowd that follows one direction",
    "bursts": "bursts in time",
    "pairs_out_of_line": "pairs out of line",
}
OUTCOMES = {
    Outcome.POSITIVE: "something found",
    Outcome.NEGATIVE: "nothing found",
    Outcome.INCONCLUSIVE: "inconclusive",
    Outcome.NOT_EVALUATED: "not evaluated",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A model on both boards: rating and place as voted, and without the suspects (None where it then has no rating)."""

    model: str
    place: int
    rating: float
    place_after: int | None
    rating_after: float | None


def verdict_line(findings: RiggingFindings) -> str:
    """Return the answer in one sentence."""
    if findings.outcome is Outcome.NOT_EVALUATED:
        return "Nothing could be evaluated"
    crowds = sum(not group.accounts for group in findings.groups)
    parts = [
        plural(number, noun, many)
        for number, noun, many in (
            (len(findings.suspects), "suspect account", None),
            (crowds, "crowd without names", "crowds without names"),
            (len(findings.bursts), "burst", None),
            (len(findings.pairs), "pair out of line", "pairs out of line"),
        )
        if number
    ]
    return ", ".join(parts) or "Nothing that honest voting does not explain"


def lead_line(findings: RiggingFindings) -> str:
    """Return what was judged, and what share of findings may be false."""
    judged = f"{count(findings.votes_judged)} of {plural(findings.votes, 'vote')} and {plural(findings.judged, 'account')} were judged"
    few = f"; {plural(findings.too_few, 'account')} had too few votes" if findings.too_few else ""
    return f"{judged}{few}. At most {findings.options.level:.0%} of the accounts named are expected to be honest, where the tests' assumptions hold."


def test_name(name: str) -> str:
    """Return a test's name in words."""
    return TESTS.get(name, name.replace("_", " "))


def check_line(check: Check) -> str:
    """Return what became of a test, as a clause."""
    number = f", {plural(check.tested, 'hypothesis', 'hypotheses')}" if check.tested else ""
    why = f": {check.reason}" if check.reason else ""
    return f"{OUTCOMES[check.outcome]}{number}{why}"


def certificate_words(side: SideOfComparison) -> str:
    """Return what the certificate says of the leader."""
    answer = side.leader
    if answer is None:
        return "not certified"
    low, high = answer.lower_bound or 0, answer.upper_bound
    if answer.exact:
        return f"{plural(low, 'vote')}, and no fewer, would change the leader"
    return (
        f"at least {plural(low, 'vote')} would change the leader"
        if high is None
        else f"{count(low)} to {plural(high, 'vote')} would change the leader"
    )


def moment(time_us: int) -> str:
    """Return a time in UTC, to the minute."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_us)).strftime("%Y-%m-%d %H:%M")


def moved(comparison: Comparison) -> list[Moved]:
    """Return the first models of the board as voted, with what becomes of them without the suspects."""
    after = {}
    if comparison.cleaned is not None:
        rated = [r for r in comparison.cleaned.board.ratings if r.rating is not None]
        after = {r.model: (place, r.rating) for place, r in enumerate(rated, 1)}
    found = []
    for place, rating in enumerate((r for r in comparison.given.board.ratings if r.rating is not None), 1):
        place_after, rating_after = after.get(rating.model, (None, None))
        if place <= SHOWN_MODELS or (place_after or place) <= SHOWN_MODELS:
            found.append(
                Moved(
                    model=rating.model,
                    place=place,
                    rating=float(rating.rating or 0.0),
                    place_after=place_after,
                    rating_after=rating_after,
                )
            )
    return found
