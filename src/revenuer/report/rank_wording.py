"""Numbers and reasons of a leaderboard in words: the same in the page and in the terminal.

Names of models come from strangers and are returned as they are: who shows a line makes it safe (report/visible.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from revenuer.rank.leaderboard import Alternative, Leaderboard, Rating
from revenuer.report.wording import count, plural

STATUS_WORDS: Mapping[str, str] = {
    "never_lost": "won every vote that counts, so no finite rating is high enough",
    "never_won": "lost every vote that counts, so no finite rating is low enough",
    "separated": "beat some and lost to others, and no chain of wins leads back: its place between them cannot be measured",
    "no_votes": "no vote on it counts",
}
TIE_WORDS: Mapping[str, str] = {
    "half": "a tie counts as half a win for each side",
    "davidson": "ties have a probability of their own (Davidson, 1970)",
    "rao-kupper": "ties have a probability of their own (Rao and Kupper, 1967)",
    "drop": "ties are left out",
}
BOTH_BAD_WORDS: Mapping[str, str] = {
    "tie": "“both bad” counts as a tie",
    "drop": "“both bad” is left out",
}
FINE_HALF_WIDTH = 2.0
"""Points: where an interval reaches less far than this, whole points would hide what was measured."""
NAME_LIMIT = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Top:
    """The largest component's ranked models, best first, and those of them whose rank set starts at 1 (leader first)."""

    ranked: tuple[Rating, ...]
    may_lead: tuple[Rating, ...]

    @property
    def leader(self) -> Rating | None:
        return self.ranked[0] if self.ranked else None


def top_of(board: Leaderboard) -> Top:
    """Return who leads and who else may."""
    ranked = tuple(r for r in board.ratings if r.component == 0 and r.rating is not None)
    return Top(ranked=ranked, may_lead=tuple(r for r in ranked if r.rank_low == 1))


def verdict_line(board: Leaderboard) -> str:
    """Return the board's answer as a title."""
    top = top_of(board)
    if top.leader is None:
        return "No model can be rated" if board.votes else "Nothing to rate: no votes were read"
    name, scope = short_name(top.leader.model), _scope(board)
    if len(top.may_lead) == 1:
        return f"{name} is first{scope}"
    return f"{name} leads{scope}, but {plural(len(top.may_lead) - 1, 'other')} may be first"


def _scope(board: Leaderboard) -> str:
    """Return among which models somebody leads, where that is not all of them but those that surely are worse."""
    if any(r.component > 0 and r.rating is not None for r in board.ratings):
        return " in the largest component"
    return " among the rated models" if any(r.status == "never_lost" for r in board.ratings) else ""


def lead_line(board: Leaderboard) -> str:
    """Return what stands behind the title, in a few sentences."""
    top = top_of(board)
    if top.leader is None:
        return "No two models are connected both ways by results, so there is no scale to rate them on."
    rating = f"{rating_text(top.leader, board)} ({level_text(board.options.level)} interval {interval_text(top.leader, board)})"
    return " ".join((f"Its rating is {rating}{_rivals(top)}", *_beyond_scale(board)))


def _rivals(top: Top) -> str:
    """Return who else may be first, as the end of a sentence about the leader."""
    others = [short_name(r.model) for r in top.may_lead[1:]]
    if not others:
        beaten = (
            "the other rated model"
            if len(top.ranked) == 2
            else f"every one of the other {len(top.ranked) - 1:,}"
        )
        return f", and it is significantly better than {beaten}."
    return f". No model is significantly better than {_listed(others)} either: the votes do not tell which is first."


def _beyond_scale(board: Leaderboard) -> tuple[str, ...]:
    """Return sentences about the models that have no place on the leader's scale."""
    outside = [r for r in board.ratings if r.rating is None or r.component > 0]
    unbeaten = [r for r in outside if r.status == "never_lost"]
    said: tuple[str, ...] = ()
    if unbeaten:
        have = "has" if len(unbeaten) == 1 else "have"
        who = _listed([short_name(r.model) for r in unbeaten], "and")
        said = (f"{who} won every vote that counts, so {have} no rating and may be better still.",)
    rest = len(outside) - len(unbeaten)
    more = "more " if unbeaten else ""
    return (*said, f"{plural(rest, f'{more}model')} cannot be compared with it.") if rest else said


def _listed(names: list[str], last: str = "or", most: int = 5) -> str:
    """Return a few names as a list in words: a, b or c."""
    shown = names if len(names) <= most else [*names[: most - 1], f"{len(names) - most + 1} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {last} {shown[-1]}"


def rank_set(rating: Rating, dash: str = "–") -> str:
    """Return the ranks that a model may have: 1–3, or 4 where only one is left; – without a rating."""
    if rating.rank_low is None or rating.rank_high is None:
        return "–"
    low, high = count(rating.rank_low), count(rating.rank_high)
    return low if low == high else f"{low}{dash}{high}"


def digits_of(board: Leaderboard) -> int:
    """Return how many decimals the board's ratings are shown with."""
    widths = [(r.high - r.low) / 2 for r in board.ratings if r.high is not None and r.low is not None]
    narrow = min((width for width in widths if width > 0), default=FINE_HALF_WIDTH)
    return 1 if narrow < FINE_HALF_WIDTH else 0


def points(value: float, digits: int = 0) -> str:
    """Return Elo points with a true minus sign; never −0."""
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def signed_points(value: float, digits: int = 1) -> str:
    """Return a difference in Elo points with its sign."""
    text = points(value, digits)
    return text if text.startswith("−") or float(text) == 0 else f"+{text}"


def rating_text(rating: Rating, board: Leaderboard) -> str:
    """Return the rating; – where there is none."""
    return "–" if rating.rating is None else points(rating.rating, digits_of(board))


def interval_text(rating: Rating, board: Leaderboard) -> str:
    """Return the interval as low to high; – where there is none."""
    if rating.low is None or rating.high is None:
        return "–"
    digits = digits_of(board)
    return f"{points(rating.low, digits)} to {points(rating.high, digits)}"


def level_text(level: float) -> str:
    """Return a confidence level as a percentage with as many digits as it has: 95 %, 99.9 %."""
    return f"{100 * level:.6g}\u00a0%"


def amount(value: float) -> str:
    """Return a number of votes; those of weighted votes need not be whole."""
    return count(round(value)) if abs(value - round(value)) < 0.05 else f"{value:,.1f}"


def reason_of(rating: Rating) -> str:
    """Return why a model has no rating."""
    return STATUS_WORDS.get(rating.status, rating.status.replace("_", " "))


def short_name(name: str, limit: int = NAME_LIMIT) -> str:
    """Return the name, its middle left out where it is longer than `limit`: both ends tell versions apart."""
    if len(name) <= limit:
        return name
    tail = limit // 3
    return f"{name[: limit - tail - 1]}…{name[-tail:]}"


def coding_line(board: Leaderboard) -> str:
    """Return how ties and both-bad votes were counted, as a clause."""
    options = board.options
    ties = TIE_WORDS.get(options.ties, options.ties)
    if options.ties == "drop":
        return f"{ties}, “both bad” with them"
    return f"{ties}; {BOTH_BAD_WORDS.get(options.both_bad, options.both_bad)}"


def changed_leader_line(board: Leaderboard) -> str:
    """Return what would put another model first, as one sentence; where nothing was tried, that."""
    leader = top_of(board).leader
    if leader is None or not board.alternatives:
        return "what would change the leader: no other choice was tried"
    other = other_leaders(board)
    flips = min(((a.flips, a.choice) for a in board.alternatives if a.flips is not None), default=None)
    parts = [f"{a.choice} ({short_name(a.leader)} leads)" for a in other[:3]]
    parts += [f"{len(other) - 3} other choices"] if len(other) > 3 else []
    parts += [f"{plural(flips[0], 'vote')} turned over ({flips[1]})"] if flips else []
    said = "; ".join(parts) or "none of the choices that were tried"
    return f"what would change the leader: {said}; {len(board.alternatives)} fits compared"


def other_leaders(board: Leaderboard) -> list[Alternative]:
    """Return the choices under which another model comes first although the leader is among the models."""
    leader = top_of(board).leader
    return [a for a in board.alternatives if leader and a.has_leader and a.leader != leader.model]


def anchor_line(board: Leaderboard) -> str:
    """Return what the scale is tied to, as a clause."""
    anchor = board.options.anchor
    held = next((r for r in board.ratings if anchor and r.model == anchor[0] and r.rating is not None), None)
    if anchor is None or held is None:
        return "the mean of each component is set to 1000 points"
    several = any(r.component != held.component and r.rating is not None for r in board.ratings)
    elsewhere = "; in the other components the mean is set to 1000" if several else ""
    return f"{short_name(held.model)} is set to {points(anchor[1])} points{elsewhere}"
