"""`detect`: were these answers written with knowledge of one of our keys? Says whose, or nobody's."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from revenuer.prove.judge import outcome_of
from revenuer.prove.marks.betting import Bet, bet_on, can_grow
from revenuer.prove.marks.candidate import Candidate
from revenuer.prove.marks.findings import KeyFinding, SchemeFinding, find_marks, scheme_finding
from revenuer.prove.marks.green import Green
from revenuer.prove.marks.mark_pack import mark_pack
from revenuer.prove.marks.pairs import Sample
from revenuer.prove.pack import EvidencePack, InputFile
from revenuer.records import Outcome, UsageError
from revenuer.records.suspect_verdict import Effect, SuspectVerdict

TEST = "detect"
MOST_LISTED = 50
"""Labels in the verdict's table; all of them count."""
ASSUMPTIONS = (
    "The keys were drawn at random and fixed before these answers were written: see the commitments. Who tries keys until one fires finds one.",
    "The tokens are those of the tokenizer that the mark was put on with.",
    "No marked text stood in front of the suspect: windows of an answer's own prompt are left out where the prompt is known.",
    "Philox4x32-10 under different keys gives independent uniforms.",
)
EXPLANATIONS = (
    "The suspect passes questions on to our model, or its answers were replaced by ours: then it was not trained on them.",
    "The suspect was trained on marked text that somebody else had bought and published or passed on: then it is no customer of ours, and may not know.",
    "Somebody with the key, or with marked text to learn the lists from, wrote these answers to incriminate the suspect.",
    "A prompt that is not in the file held marked text.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectOptions:
    """`alpha`: chance of naming anybody under the null. `shift`: the smallest effect of interest, in null standard deviations of one pair.
    `sealed`: leave the key out of the pack."""

    seed: int
    alpha: float = 0.01
    decoys: int = 999
    shift: float = 0.05
    sealed: bool = False


def detect(
    sample: Sample,
    candidates: Sequence[Candidate],
    options: DetectOptions,
    suspect: str,
    inputs: Sequence[InputFile] = (),
) -> tuple[SuspectVerdict, EvidencePack | None]:
    """Return the verdict on all candidates together, and its pack (None where nothing was evaluated).

    p is the smallest over all keys and schemes after Holm's correction. Where a scheme's decoys do not spread as its law says, its p is the
    rank among them instead, whose floor is 1 / (decoys + 1). Raises UsageError without candidates, or with two of one name.
    """
    names = [(one.label, one.epoch, one.scheme) for one in candidates]
    if not names or len(set(names)) < len(names):
        raise UsageError(
            "expected at least one key, and each label, epoch and scheme once; mend the list of labels"
        )
    findings = find_marks(sample, candidates, options.decoys, options.seed)
    if not findings:
        return _nothing_to_count(sample, candidates, options, suspect), None
    first = findings[0]
    power = _power(findings, options)
    outcome, reason = outcome_of(10.0**first.adjusted, options.alpha, power)
    estimate, low, high = first.scheme.scheme.share(first.statistic, first.scheme.pairs.n, 0.95)
    verdict = SuspectVerdict(
        test=TEST,
        suspect=suspect,
        outcome=outcome,
        h0=_h0(len(findings)),
        summary=_summary(findings, options),
        alpha=options.alpha,
        p=10.0**first.adjusted,
        log10_p=first.adjusted,
        floor=_floor(findings, options),
        effect=Effect(name="excess", value=estimate, low=low, high=high, unit=first.scheme.scheme.unit),
        n={"answers": sample.responses, "tokens": sample.tokens.size, "pairs": first.scheme.pairs.n, "keys": len(findings)},
        assumptions=ASSUMPTIONS,
        explanations=EXPLANATIONS,
        reason=reason,
        details=_details(findings, options, power) | {"schemes": _scheme_rows(sample, candidates, findings)},
    )  # fmt: skip
    return verdict, mark_pack(sample, findings, options.decoys, options.seed, options.sealed, inputs)


def named(findings: Sequence[KeyFinding], alpha: float) -> list[KeyFinding]:
    """Return the findings that may be named: Holm's p at most alpha."""
    return [one for one in findings if 10.0**one.adjusted <= alpha]


def _h0(keys: int) -> str:
    which = "our key, which was" if keys == 1 else f"any of our {keys} keys, which were"
    return f"The answers were written without knowledge of {which} drawn at random: each distinct (window, token) meets a key by chance alone."


def _summary(findings: Sequence[KeyFinding], options: DetectOptions) -> str:
    first, fired = findings[0], named(findings, options.alpha)
    where = f"{first.scheme.pairs.n:,} distinct pairs"
    if not fired:
        tried = "the key" if len(findings) == 1 else f"any of {len(findings):,} keys"
        return f"No mark of {tried} was found in {where}; nobody is named."
    whose = ", ".join(dict.fromkeys(_whose(one.candidate) for one in fired[:5]))
    more = f" and {len(fired) - 5} more" if len(fired) > 5 else ""
    return f"The mark of {whose}{more} was found: log10 p = {first.adjusted:.1f} over {where}, corrected for {len(findings):,} keys."


def _whose(candidate: Candidate) -> str:
    return candidate.label + (f" ({candidate.epoch})" if candidate.epoch else "")


def _power(findings: Sequence[KeyFinding], options: DetectOptions) -> float | None:
    """The least power over the schemes; None where a scheme's p is a rank among decoys, whose power is unknown."""
    schemes = {id(one.scheme): one.scheme for one in findings}.values()
    if any(one.method != "analytic" for one in schemes):
        return None
    level = options.alpha / len(findings)
    return min(one.scheme.power(one.pairs.n, options.shift, level) for one in schemes)


def _floor(findings: Sequence[KeyFinding], options: DetectOptions) -> float | None:
    """A rank's floor where no scheme's p is analytic, else none."""
    if any(one.scheme.method == "analytic" for one in findings):
        return None
    return min(1.0, len(findings) / (options.decoys + 1))


def _details(findings: Sequence[KeyFinding], options: DetectOptions, power: float | None) -> dict[str, Any]:
    schemes = list({id(one.scheme): one.scheme for one in findings}.values())
    first = findings[0]
    details: dict[str, Any] = {
        "parameters": _parameters(schemes, findings, options),
        "named": [_whose(one.candidate) for one in named(findings, options.alpha)],
        "keys": [_key_row(one, options) for one in findings[:MOST_LISTED]],
    }
    if power is not None:
        details["power"] = power
    if can_grow(first.scheme.scheme):
        bet = bet_on(first.scheme.pairs, first.candidate)
        details["optional_stopping"] = _bet_row(bet, findings, options)
        details["series"] = [_series(bet)]
    return details


def _parameters(
    schemes: Sequence[SchemeFinding], findings: Sequence[KeyFinding], options: DetectOptions
) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "scheme": "+".join(dict.fromkeys(one.scheme.name for one in schemes)),
        "keys": len(findings),
        "decoys": options.decoys,
        "smallest_effect_sd": options.shift,
        "key_in_pack": not options.sealed,
    }
    chances = {one.scheme.chance for one in schemes if isinstance(one.scheme, Green)}
    return shown | ({"chance": chances.pop()} if len(chances) == 1 else {})


def _scheme_rows(
    sample: Sample, candidates: Sequence[Candidate], findings: Sequence[KeyFinding]
) -> list[dict[str, Any]]:
    """A row for each scheme that was asked for, also where nothing counts."""
    done = {one.scheme.scheme: one.scheme for one in findings}
    schemes = dict.fromkeys(one.scheme for one in candidates)
    return [_scheme_row(done.get(scheme) or scheme_finding(sample, scheme, 0, 0)) for scheme in schemes]


def _scheme_row(finding: SchemeFinding) -> dict[str, Any]:
    check, pairs = finding.check, finding.pairs
    row: dict[str, Any] = {
        **finding.scheme.options(),
        "pairs": pairs.n,
        "left_out_at_start": pairs.at_start,
        "left_out_in_prompt": pairs.in_prompt,
        "left_out_repeated": pairs.repeated,
        "p_by": finding.method,
    }
    if check is not None:
        row |= {
            "decoys": check.decoys,
            "inflation": check.inflation,
            "inflation_error": check.error,
            "decoy_mean_z": check.centre,
            "why_not_analytic": check.reason,
        }
    return row


def _key_row(finding: KeyFinding, options: DetectOptions) -> dict[str, Any]:
    candidate, scheme = finding.candidate, finding.scheme.scheme
    row: dict[str, Any] = {
        "label": candidate.label,
        "epoch": candidate.epoch,
        "scheme": scheme.name,
        "width": scheme.width,
        "statistic": finding.statistic,
        "z": finding.z,
        "log10_p": finding.log10_p,
        "log10_p_holm": finding.adjusted,
        "decoy_rank_p": finding.decoy_p,
        "named": 10.0**finding.adjusted <= options.alpha,
        "commitment": candidate.commitment,
    }
    if isinstance(scheme, Green):
        row["log10_mid_p"] = scheme.log10_mid_p(finding.statistic, finding.scheme.pairs.n)
    return row


def _bet_row(bet: Bet, findings: Sequence[KeyFinding], options: DetectOptions) -> dict[str, Any]:
    keys = math.log10(len(findings))
    crossed = bet.crossed(keys - math.log10(options.alpha))
    return {
        "label": findings[0].candidate.label,
        "log10_e": bet.last - keys,
        "log10_e_largest": bet.largest - keys,
        "answers_until_1_over_alpha": "never" if crossed is None else crossed,
    }


def _series(bet: Bet) -> dict[str, Any]:
    every = max(1, len(bet.log10_e) // 500)
    shown = [
        (i + 1, value) for i, value in enumerate(bet.log10_e) if (i + 1) % every == 0 and math.isfinite(value)
    ]
    return {
        "name": "evidence as answers come in",
        "x": [x for x, _ in shown],
        "y": [y for _, y in shown],
        "x_label": "answers",
        "y_label": "log10 e",
    }


def _nothing_to_count(
    sample: Sample, candidates: Sequence[Candidate], options: DetectOptions, suspect: str
) -> SuspectVerdict:
    return SuspectVerdict(
        test=TEST,
        suspect=suspect,
        outcome=Outcome.NOT_EVALUATED,
        h0=_h0(len(candidates)),
        summary="No text to look at: no answer has a whole window and a token after it that its prompt does not hold.",
        alpha=options.alpha,
        n={"answers": sample.responses, "tokens": sample.tokens.size, "pairs": 0, "keys": len(candidates)},
        assumptions=ASSUMPTIONS,
        explanations=EXPLANATIONS,
        reason="no pair counts: collect more or longer answers",
        details={"schemes": _scheme_rows(sample, candidates, [])},
    )
