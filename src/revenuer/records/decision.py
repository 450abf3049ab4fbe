"""What the guard decides about one request, and the table of decisions that a replay writes."""

from enum import StrEnum

import msgspec
import pyarrow as pa


class Action(StrEnum):
    """What happens to a request, mildest first. `challenge`, `throttle` and `deny` leave it unanswered; `restrict` answers less."""

    ALLOW = "allow"
    OBSERVE = "observe"
    THROTTLE = "throttle"
    CHALLENGE = "challenge"
    RESTRICT = "restrict"
    DENY = "deny"


ACTIONS: tuple[Action, ...] = tuple(Action)
"""Every action, mildest first: the order that caps and shadow mode compare by."""

UNANSWERED: frozenset[Action] = frozenset({Action.THROTTLE, Action.CHALLENGE, Action.DENY})
"""Actions after which the client has no answer: what it asked for was not harvested."""

RESTRICTIVE: frozenset[Action] = frozenset({Action.THROTTLE, Action.CHALLENGE, Action.RESTRICT, Action.DENY})
"""Actions that a customer feels; the others change nothing for it."""


class Limits(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What `restrict` leaves of a request: no log-probabilities, at most `max_n` answers of `max_tokens` tokens, reasoning
    `full`, `summary` or `none`.

    Where `logprobs` are left: `top_logprobs` alternatives a token, rounded to multiples of `logprob_step` nats, for `logprob_budget`
    tokens an account and `logprob_window_s` (None = as asked). `logit_bias`: `full`, `alone` (never together with log-probabilities) or
    `none`. `shared_seed`: what requests must have in common to be sampled with one seed (`off`, `prompt`: operator and prompt,
    `operator`), for `seed_epoch_s`; `seed` is that seed for this request, where the guard made one.
    """

    logprobs: bool = False
    max_n: int = 1
    max_tokens: int | None = None
    reasoning: str = "summary"
    top_logprobs: int | None = None
    logprob_step: float | None = None
    logprob_budget: int | None = None
    logprob_window_s: int = 86_400
    logit_bias: str = "alone"
    shared_seed: str = "off"
    seed_epoch_s: int = 86_400
    seed: int | None = None

    @property
    def cuts_logprobs(self) -> bool:
        """Whether log-probabilities are left, but not all that was asked for."""
        cuts = (self.top_logprobs, self.logprob_step, self.logprob_budget)
        return self.logprobs and any(cut is not None for cut in cuts)


class Decision(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The answer to one request.

    `action` is what the gateway should do; in shadow mode it is `allow` or `observe`, and `would` says what it had been. `timestamp`:
    microseconds since 1970 UTC, the request's own. `log10_e`: the evidence behind it (0 = none). `reason` is one sentence that
    can be shown to an analyst; it holds no text of any prompt. `mark`: what the answer is to be marked with, None = nothing; never told to
    the client: `campaign:NAME;scheme=green;epoch=2026-11-01`.
    """

    request_id: str
    timestamp: int
    account_id: str
    action: Action
    would: Action
    reason: str
    campaign_id: str | None = None
    log10_e: float = 0.0
    retry_after_s: int | None = None
    limits: Limits | None = None
    mark: str | None = None


DECISION_SCHEMA: pa.Schema = pa.schema(
    [
        pa.field("request_id", pa.string(), nullable=False),
        pa.field("timestamp", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("action", pa.string(), nullable=False),
        pa.field("campaign_id", pa.string()),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("would", pa.string(), nullable=False),
        pa.field("log10_e", pa.float64(), nullable=False),
    ]
)
"""`decisions.parquet`: one row a request, in the order of the log. The last two columns are an addition to the contract."""
