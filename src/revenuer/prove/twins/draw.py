"""How a gateway draws twins: the lot falls first, then k + 1 answers are drawn alike, sealed, and one of them goes to the client."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from revenuer.prove.suspect import Answer, Ask, Writer
from revenuer.prove.twins.lots import is_sampled
from revenuer.prove.twins.twin_log import TwinLog
from revenuer.records import Decision, InputError

Finish = Callable[[str], str]
"""Post-processing of an answer's text: the same for every draw, or the released one differs from its twins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What goes to the client. `sealed`: whether a record of it is in the log; otherwise `reason` says what was missing, and the text is an
    ordinary answer that no audit will use."""

    text: str
    finish_reason: str | None
    reservation: int
    sealed: bool
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the members by name."""
        return asdict(self)


def campaign_to_draw_for(decision: Decision, log: TwinLog, share: float) -> str | None:
    """Return the campaign for whose log twins of this request are drawn; None where the guard suspects none or the lot spares the request.

    The choice follows from the log's seed and the request's id, so that it is the same on every node and cannot be steered by a client.
    """
    if decision.campaign_id is None or not is_sampled(log.seed, decision.request_id, share):
        return None
    return decision.campaign_id


def draw_twins(
    teacher: Writer,
    prompt: str,
    log: TwinLog,
    *,
    campaign: str,
    twins: int = 3,
    finish: Finish | None = None,
    parameters: str = "",
    prompt_id: str = "",
) -> Release:
    """Draw `twins` + 1 answers to one prompt, seal them, and return the one on which the lot fell.

    `teacher`: our own model, asked with one set of parameters for all draws. `parameters`: these, as text, sealed so that somebody can draw
    again. `finish`: moderation, truncation, formatting: everything that happens to an answer before a client sees it has to happen here.

    Where a draw fails nothing is sealed and the client gets what there is: a draw may fail only for reasons that do not know the lot.
    Raises InputError where no draw succeeded; what the teacher's own source raises passes through.
    """
    reservation = log.reserve(campaign, twins + 1)
    # The reservation makes the ask a new one even where a prompt comes again: a writer that seeds by id would else repeat its draws.
    name = f"{prompt_id}#{reservation.index}"
    asks = [Ask(prompt_id=name, prompt=prompt, sample=j) for j in range(twins + 1)]
    drawn: dict[int, Answer] = {}
    for answer in teacher.answers(asks):
        if answer.sample in drawn:
            raise InputError(
                f"{teacher.name} answered draw {answer.sample} twice; expected one answer to each"
            )
        drawn[answer.sample] = answer
    if not drawn:
        raise InputError(
            f"{teacher.name} gave no answer to any of {twins + 1} draws; the request was not answered"
        )
    texts = {j: finish(answer.text) if finish is not None else answer.text for j, answer in drawn.items()}
    missing = [j for j in range(twins + 1) if j not in drawn]
    if missing:
        given = reservation.released if reservation.released in drawn else min(drawn)
        return Release(
            text=texts[given],
            finish_reason=drawn[given].finish_reason,
            reservation=reservation.index,
            sealed=False,
            reason=f"{len(missing)} of {twins + 1} draws failed",
        )
    log.seal(
        reservation,
        prompt,
        [texts[j] for j in range(twins + 1)],
        [drawn[j].finish_reason for j in range(twins + 1)],
        parameters,
    )
    released = reservation.released
    return Release(
        text=texts[released],
        finish_reason=drawn[released].finish_reason,
        reservation=reservation.index,
        sealed=True,
    )
