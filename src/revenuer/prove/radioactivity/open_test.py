"""Open radioactivity: does the suspect's next-token distribution lean towards what our key chose, more than a model without our text does?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from revenuer.prove.judge import outcome_of
from revenuer.prove.marks import DecoyCheck, Scheme, check_decoys, decoy_keys
from revenuer.prove.pack import EvidencePack
from revenuer.prove.radioactivity.contexts import Tokens, places_of
from revenuer.prove.radioactivity.laws import Law, law_of
from revenuer.prove.radioactivity.next_tokens import NextTokens
from revenuer.prove.radioactivity.open_options import FEWEST_ROWS, OpenOptions
from revenuer.prove.radioactivity.open_pack import open_pack
from revenuer.prove.radioactivity.stakes import FloatArray, Stakes, stakes_of
from revenuer.prove.radioactivity.tail import log10_bet, log10_tail_bound
from revenuer.records import Outcome
from revenuer.records.suspect_verdict import Effect, SuspectVerdict
from revenuer.stats.randomization import rank_p_value

TEST = "radioactivity"
H0 = (
    "The suspect's weights owe nothing to our key, which was drawn at random: after each window its next-token distribution meets the key's "
    "draws by chance alone."
)
ASSUMPTIONS = (
    "The key was drawn at random and committed to before the suspect was asked, and no other key was tried.",
    "The reference model was not trained on text marked under this key.",
    "Windows are asked about only in contexts that do not hold them earlier, so that nothing was copied from the context.",
    "The suspect reads the same token ids as the marker wrote.",
)
FREE = "The texts that the contexts were taken from were not written under this key."
SERVED = (
    "The contexts were taken from marked text, each window's from its first place in the log: whatever chose it was drawn before the window's own "
    "draws were used. p is the inverse of a bet, valid under that order."
)
EXPLANATIONS = (
    "The suspect learnt our marked text from somebody else: a published or resold copy, another model trained on it, or the web. The test says "
    "that the mark was learnt, not who collected the text.",
    "Somebody who holds marked text re-emitted it, by imitation of the mark or by serving our answers, to a third party who trained on it: use "
    "resample twins to tell whose released answers were learnt.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFinding:
    """Figures of one open test. `payments`: of each row. `decoys`: statistics under decoy keys, in standard deviations."""

    payments: FloatArray
    z: float
    log10_p: float
    decoys: DecoyCheck
    rank_p: float


def open_test(
    exchanges: Sequence[tuple[Tokens, Tokens]],
    suspect: NextTokens,
    reference: NextTokens,
    scheme: Scheme,
    key: tuple[int, ...],
    options: OpenOptions | None = None,
    seed: int = 0,
) -> tuple[SuspectVerdict, EvidencePack | None]:
    """Return the verdict, and its evidence pack where something was evaluated.

    `exchanges`: (prompt, response) token ids, in the order of the log. `key`: words. `seed`: of the decoys. `reference`: the base that the suspect
    was made from, an unmarked student, or the marked model itself without its mark; it matters for power alone.

    Source: T. Sander et al., Watermarking makes language models radioactive, NeurIPS 2024 (open model); the subtraction of a reference, the exact
    tail bound and the bet for served contexts are ours.
    """
    chosen = options or OpenOptions()
    places = places_of(
        exchanges,
        scheme.width,
        windows=chosen.windows,
        per_window=chosen.per_window,
        served=chosen.served,
        longest=chosen.longest,
    )
    stakes = stakes_of(places, suspect, reference, kept=chosen.kept)
    law = law_of(scheme, stakes)
    reason = _not_evaluated(stakes, law)
    if reason:
        return _verdict(suspect, reference, scheme, chosen, stakes, None, reason), None
    found = open_finding(law, key, decoy_keys(seed, chosen.decoys, scheme.key_words), served=chosen.served)
    verdict = _verdict(suspect, reference, scheme, chosen, stakes, found, "")
    return verdict, open_pack(stakes, scheme, key, served=chosen.served, decoy_seed=seed)


def open_finding(law: Law, key: tuple[int, ...], decoys: Any, *, served: bool) -> OpenFinding:
    """Return the figures under a key. `decoys`: keys that marked nothing, shape (at least 99, words)."""
    payments = law.payments(key)
    statistic, spread = float(payments.sum()), math.sqrt(law.variance)
    others = np.array([law.payments(tuple(int(w) for w in row)).sum() for row in decoys]) / spread
    if served:
        log10_p = min(0.0, -log10_bet(statistic, law.cumulant))
    else:
        log10_p = log10_tail_bound(statistic, spread, law.cumulant)
    return OpenFinding(
        payments=payments,
        z=statistic / spread,
        log10_p=log10_p,
        decoys=check_decoys(others),
        rank_p=rank_p_value(statistic / spread, others),
    )


def _not_evaluated(stakes: Stakes, law: Law) -> str:
    if stakes.rows < FEWEST_ROWS:
        return f"the texts hold {stakes.rows} windows that count, and {FEWEST_ROWS} are needed: give more text"
    if not (np.isfinite(stakes.suspect).all() and np.isfinite(stakes.reference).all()):
        return "a model gave probabilities that are no numbers"
    if law.variance <= 0.0:
        return "suspect and reference give the same probabilities everywhere: they are the same model"
    return ""


def _verdict(
    suspect: NextTokens,
    reference: NextTokens,
    scheme: Scheme,
    options: OpenOptions,
    stakes: Stakes,
    found: OpenFinding | None,
    reason: str,
) -> SuspectVerdict:
    outcome, summary = Outcome.NOT_EVALUATED, f"Not evaluated: {reason}."
    if found is not None:
        if found.decoys.holds:
            outcome, reason = outcome_of(10.0**found.log10_p, options.alpha, options.power)
        else:
            outcome, reason = Outcome.INCONCLUSIVE, f"no p-value is claimed: {found.decoys.reason}"
        summary = _summary(outcome, found, reason)
    return SuspectVerdict(
        test=TEST,
        suspect=suspect.name,
        outcome=outcome,
        h0=H0,
        summary=summary,
        alpha=options.alpha,
        p=None if found is None else 10.0**found.log10_p,
        log10_p=None if found is None else found.log10_p,
        effect=None if found is None else _effect(scheme, found.payments),
        n={"windows": stakes.rows},
        assumptions=(*ASSUMPTIONS, SERVED if options.served else FREE),
        explanations=EXPLANATIONS,
        reason=reason,
        details={
            "form": "open",
            "contexts": "served" if options.served else "free of the key",
            "scheme": scheme.options(),
            "reference": reference.name,
            **({} if found is None else finding_details(found)),
        },
    )


def finding_details(found: OpenFinding) -> dict[str, Any]:
    """Return the figures by name, JSON values."""
    return {
        "z": found.z,
        "decoys": found.decoys.decoys,
        "decoys_inflation": found.decoys.inflation,
        "decoys_centre": found.decoys.centre,
        "rank_p": found.rank_p,
        "rank_p_floor": 1.0 / (found.decoys.decoys + 1),
    }


def _summary(outcome: Outcome, found: OpenFinding, reason: str) -> str:
    if outcome is Outcome.POSITIVE:
        return (
            "The suspect's next-token distribution leans towards what our key chose, as one of 10 to the "
            f"{-found.log10_p:.1f} unrelated models would."
        )
    if outcome is Outcome.NEGATIVE:
        return "Nothing of our mark was found, in a test that would have found the planned effect."
    return f"Nothing can be said: {reason}."


def _effect(scheme: Scheme, payments: FloatArray) -> Effect:
    mean = float(payments.mean())
    half = 1.96 * float(payments.std(ddof=1)) / math.sqrt(payments.size)
    green = scheme.name == "green"
    return Effect(
        name="green mass beyond the reference's" if green else "log-probability of the marked token beyond the reference's",
        value=mean,
        low=mean - half,
        high=mean + half,
        unit="probability per window" if green else "nats per window",
    )
