"""From stakes to a verdict and its pack: what the open test and the closed test against a reference have in common."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from revenuer.prove.judge import outcome_of
from revenuer.prove.marks import decoy_keys
from revenuer.prove.marks.candidate import Candidate
from revenuer.prove.pack import EvidencePack
from revenuer.prove.radioactivity.accounts import AccountFinding, AccountFindings, account_findings
from revenuer.prove.radioactivity.laws import Law, law_of
from revenuer.prove.radioactivity.open_options import FEWEST_ROWS, OpenOptions
from revenuer.prove.radioactivity.open_pack import open_pack
from revenuer.prove.radioactivity.stakes import Stakes
from revenuer.prove.radioactivity.tail import TILTS
from revenuer.records import Outcome, UsageError
from revenuer.records.suspect_verdict import Effect, SuspectVerdict

TEST = "radioactivity"
MOST_LISTED = 50
"""Keys in the verdict's table; all of them count."""
KEYS_ASSUMED = (
    "The keys were drawn at random and committed to before the suspect was asked, and no others were tried.",
    "The reference model was not trained on text marked under these keys.",
)
EXPLANATIONS = (
    "The suspect learnt our marked text from somebody else: a published or resold copy, another model trained on it, or the web. The test says "
    "that the mark was learnt, not who collected the text.",
    "Somebody who holds marked text re-emitted it, by imitation of the mark or by serving our answers, to a third party who trained on it: use "
    "resample twins to tell whose released answers were learnt.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a form of the test speaks. `leans`: what of the suspect leans towards a mark, in the summary. `details`: figures of its own."""

    h0: str
    leans: str
    assumptions: tuple[str, ...]
    explanations: tuple[str, ...]
    details: dict[str, Any]


def check_keys(candidates: Sequence[Candidate], options: OpenOptions) -> None:
    """Raise UsageError for no keys, keys of several schemes, or several keys with served contexts, which are of one key's log."""
    if len({one.scheme for one in candidates}) != 1:
        raise UsageError("expected at least one key, and all of one scheme; test each scheme on its own")
    if options.served and len(candidates) > 1:
        raise UsageError(
            f"got {len(candidates)} keys with served contexts, which are of one key's log; give one key, or contexts free of the keys"
        )


def verdict_of_stakes(
    stakes: Stakes, suspect: str, candidates: Sequence[Candidate], form: Form, options: OpenOptions, seed: int
) -> tuple[SuspectVerdict, EvidencePack | None]:
    """Return the verdict on all keys together, and its pack where something was evaluated. `seed`: of the decoys."""
    scheme = candidates[0].scheme
    law = law_of(scheme, stakes)
    details = {**form.details, "scheme": scheme.options()}
    reason = _not_evaluated(stakes, law)
    if reason:
        verdict = SuspectVerdict(
            test=TEST,
            suspect=suspect,
            outcome=Outcome.NOT_EVALUATED,
            h0=form.h0,
            summary=f"Not evaluated: {reason}.",
            alpha=options.alpha,
            n={"windows": stakes.rows, "keys": len(candidates)},
            reason=reason,
            details=details,
        )
        return verdict, None
    decoys = decoy_keys(seed, options.decoys, scheme.key_words)
    found = account_findings(law, candidates, decoys, served=options.served)
    power = _power(law, len(candidates), options)
    verdict = _verdict(suspect, found, form, options, power, stakes, details)
    first = found.keys[0].candidate
    return verdict, open_pack(stakes, first, len(candidates), served=options.served, decoy_seed=seed)


def _not_evaluated(stakes: Stakes, law: Law) -> str:
    if stakes.rows < FEWEST_ROWS:
        return (
            f"the texts hold {stakes.rows} windows that count, and {FEWEST_ROWS} are needed: give more text"
        )
    if not (np.isfinite(stakes.suspect).all() and np.isfinite(stakes.reference).all()):
        return "a model gave probabilities that are no numbers"
    if law.variance <= 0.0:
        return "suspect and reference give the same everywhere: they are the same model"
    return ""


def _power(law: Law, keys: int, options: OpenOptions) -> float | None:
    """Return the chance of naming one key of the smallest effect of interest, by the normal law; Chernoff's bound asks for z of
    sqrt(2 log(keys / alpha)), a bet for more."""
    if options.effect is None:
        return None
    against = math.log(keys / options.alpha) + (math.log(len(TILTS)) if options.served else 0.0)
    return float(
        stats.norm.sf(math.sqrt(2.0 * against) - law.expected(options.effect) / math.sqrt(law.variance))
    )


def _verdict(
    suspect: str,
    found: AccountFindings,
    form: Form,
    options: OpenOptions,
    power: float | None,
    stakes: Stakes,
    details: dict[str, Any],
) -> SuspectVerdict:
    first = found.keys[0]
    if found.decoys.holds:
        outcome, reason = outcome_of(10.0**first.adjusted, options.alpha, power)
    else:
        outcome, reason = Outcome.INCONCLUSIVE, f"no p-value is claimed: {found.decoys.reason}"
    named = [one.candidate.label for one in found.named(options.alpha)]
    return SuspectVerdict(
        test=TEST,
        suspect=suspect,
        outcome=outcome,
        h0=form.h0,
        summary=_summary(form.leans, named, first, len(found.keys), reason),
        alpha=options.alpha,
        p=10.0**first.adjusted,
        log10_p=first.adjusted,
        effect=_effect(first, stakes.counted),
        n={"windows": stakes.rows, "keys": len(found.keys)},
        assumptions=form.assumptions,
        explanations=form.explanations,
        reason=reason,
        details={
            **details,
            "named": named,
            "keys": [_key_row(one, options.alpha) for one in found.keys[:MOST_LISTED]],
            "decoys": found.decoys.decoys,
            "decoys_inflation": found.decoys.inflation,
            "decoys_centre": found.decoys.centre,
            "rank_p_floor": 1.0 / (found.decoys.decoys + 1),
            **({} if power is None else {"power": power}),
        },
    )


def _key_row(one: AccountFinding, alpha: float) -> dict[str, Any]:
    return {
        "label": one.candidate.label,
        "z": one.z,
        "log10_p": one.log10_p,
        "log10_p_holm": one.adjusted,
        "rank_p": one.rank_p,
        "named": 10.0**one.adjusted <= alpha,
        "commitment": one.candidate.commitment,
    }


def _summary(leans: str, named: Sequence[str], first: AccountFinding, keys: int, reason: str) -> str:
    if named:
        whose = ", ".join(named[:5]) + (f" and {len(named) - 5} more" if len(named) > 5 else "")
        return (
            f"The suspect's {leans} leans towards what the mark of {whose} chose: log10 p = {first.adjusted:.1f}, "
            f"corrected for {keys} keys."
        )
    if reason:
        return f"Nobody is named: {reason}."
    return f"No mark of {keys} keys was found, in a test that would have found the planned effect; nobody is named."


def _effect(first: AccountFinding, counted: bool) -> Effect:
    mean = float(first.gains.mean())
    half = 1.96 * float(first.gains.std(ddof=1)) / math.sqrt(first.gains.size)
    if first.candidate.scheme.name == "green":
        name, unit = "green mass", "probability per window"
    elif counted:
        name, unit = "share of the token that the key picks,", "probability per window"
    else:
        name, unit = "log-probability of the token that the key picks,", "nats per window"
    return Effect(
        name=f"{name} beyond the reference's", value=mean, low=mean - half, high=mean + half, unit=unit
    )
