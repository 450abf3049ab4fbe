"""certificate.json: how few actions change the top of a board, with the votes that do."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from revenuer import __version__
from revenuer.rank.certificate import ActionBound, Answer, Certificate
from revenuer.records import SCHEMA_VERSION
from revenuer.report.wording import iso


def certificate_json(certificate: Certificate, now: datetime) -> dict[str, Any]:
    """Return the content of certificate.json: the answer for the top-K set at the top level, the one for its order under `order`."""
    of_set, of_order = certificate.answers
    return {
        "schema_version": SCHEMA_VERSION,
        "generated_by": f"revenuer {__version__}",
        "generated_at": iso(now),
        "top": certificate.k,
        "models": list(certificate.models[: certificate.k]),
        "not_considered": list(certificate.outside),
        "votes": certificate.votes,
        "unit": certificate.unit,
        "votes_each": certificate.votes_each,
        "actions": list(certificate.actions),
        "ties": certificate.ties,
        "both_bad": certificate.both_bad,
        "no_lower_bound": certificate.no_lower_bound,
        **_answer(of_set),
        "order": _answer(of_order),
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "lower_bound": answer.lower_bound,
        "upper_bound": answer.upper_bound,
        "exact": answer.exact,
        "pair": list(answer.pair),
        "gap_elo": answer.gap,
        "half_width_elo": answer.half_width,
        "cause": answer.cause,
        "by_action": {bound.action: _bound(bound) for bound in answer.by_action},
    }


def _bound(bound: ActionBound) -> dict[str, Any]:
    witness = None
    if bound.upper_bound is not None:
        witness = {
            "changes": [asdict(change) for change in bound.changes],
            "votes": list(bound.votes),
            "accounts": list(bound.accounts),
            "gap_after_elo": bound.gap,
        }
    return {
        "lower_bound": bound.lower_bound,
        "upper_bound": bound.upper_bound,
        "exact": bound.exact,
        "pair": list(bound.pair),
        "witness": witness,
    }
