"""What a certificate says: how many actions it would take at least, and how many were found to be enough."""

from dataclasses import dataclass

ACTIONS = ("drop", "flip", "add")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedChange:
    """`number` votes between two models are dropped, turned into wins of `loser` (flip) or added: votes that `winner` won (`outcome`
    won) or ties of both (tied)."""

    action: str
    outcome: str
    winner: str
    loser: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionBound:
    """One kind of action: no fewer than `lower_bound` can change the answer; `upper_bound` were found that do, by `changes`, after which
    the `pair`'s second model is `gap` Elo points above its first; `votes` are their places among the votes used, from 0 (`accounts`: whose
    votes go, where whole accounts are counted). None where
    no such set was found; `lower_bound` None without a proof."""

    action: str
    lower_bound: int | None
    upper_bound: int | None
    pair: tuple[str, str]
    changes: tuple[NamedChange, ...] = ()
    votes: tuple[int, ...] = ()
    accounts: tuple[str, ...] = ()
    gap: float | None = None

    @property
    def exact(self) -> bool:
        """Whether the bounds meet."""
        return self.upper_bound is not None and self.lower_bound == self.upper_bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The certificate for one question (`set`: who is in the top K; `order`: that, and their order).

    `lower_bound`: no set of fewer actions, of the allowed kinds mixed at will, changes the answer. `pair`: whom `upper_bound` of the
    cheapest kind exchanges; their difference is `gap` Elo points with the given half-width at 95 %. `cause`: near_tie where the pair
    is as well measured as its neighbours, under_sampled where it is not.
    """

    question: str
    lower_bound: int | None
    upper_bound: int | None
    pair: tuple[str, str]
    gap: float
    half_width: float
    cause: str
    by_action: tuple[ActionBound, ...]

    @property
    def exact(self) -> bool:
        """Whether the bounds meet."""
        return self.upper_bound is not None and self.lower_bound == self.upper_bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Answers about the top `k` of the largest component's `models`, best first; models `outside` it are not considered, though few votes may join one
    to it. `unit`: vote or voter; `votes_each`: what an arriving
    account may cast. `no_lower_bound`: why there is none, or None."""

    k: int
    unit: str
    actions: tuple[str, ...]
    ties: str
    both_bad: str
    votes: int
    models: tuple[str, ...]
    outside: tuple[str, ...]
    votes_each: int | None
    no_lower_bound: str | None
    answers: tuple[Answer, ...]
