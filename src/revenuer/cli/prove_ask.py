"""`revenuer prove ask`: a suspect's answers to prompts, or its log-probabilities of given texts, collected into a file."""

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console

from revenuer.cli.suspect_options import SuspectChoice, open_scorer, open_writer, suspect_options
from revenuer.prove.suspect import Answer, Ask, Scorer, Writer
from revenuer.prove.suspects import Weights, read_pairs, read_prompts, scores_bytes
from revenuer.prove.suspects.endpoint import Endpoint
from revenuer.records import QuarantinedRow, ResourceError, UsageError
from revenuer.report import ConsoleProgress
from revenuer.report.directory import write_durably

PAIRS_AT_A_TIME = 64
"""Pairs that open weights score between two signs of progress."""


@click.command(name="ask")
@click.argument("prompts", required=False, type=click.Path(path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="File of answers or scores to write (JSON lines).",
)
@click.option(
    "--samples", default=1, show_default=True, type=click.IntRange(min=1), help="Answers to each prompt."
)
@click.option(
    "--score",
    type=click.Path(path_type=Path),
    help='File of {"prompt", "continuation"}: write the suspect\'s log-probabilities of these instead of answers.',
)
@suspect_options()
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def command(
    prompts: Path | None, out: Path, samples: int, score: Path | None, suspect: SuspectChoice, as_json: bool
) -> int:
    """Ask a suspect (--endpoint or --weights) the PROMPTS, a file of {"prompt_id", "prompt"}, and write its answers to a file.

    Nothing is sent to an endpoint before its cost was shown and --yes or --max-cost given. Every exchange goes to a log (--log, by default
    OUT with .exchanges.jsonl behind it); after a stop the same command goes on where it was.
    """
    if (prompts is None) == (score is None):
        raise UsageError("expected a file of PROMPTS, or --score with a file of pairs, and not both")
    chosen = _with_log(suspect, out)
    if score is not None:
        counts = _scores(chosen, score, out)
    elif prompts is not None:
        counts = _answers(chosen, prompts, samples, out)
    click.echo(json.dumps(counts, indent=1) if as_json else _words(counts, out))
    return 0


def _with_log(suspect: SuspectChoice, out: Path) -> SuspectChoice:
    """Return the choice with a log beside the result where the user named none."""
    if suspect.endpoint is None and suspect.weights is None:
        raise UsageError("expected --endpoint or --weights: a file cannot be asked")
    if suspect.endpoint is None or suspect.endpoint.log is not None:
        return suspect
    log = out.with_name(out.name + ".exchanges.jsonl")
    return replace(suspect, endpoint=replace(suspect.endpoint, log=log))


def _answers(suspect: SuspectChoice, prompts: Path, samples: int, out: Path) -> dict[str, Any]:
    read = read_prompts(prompts)
    asks = [
        Ask(prompt_id=prompt.prompt_id, prompt=prompt.prompt, sample=sample)
        for prompt in read.prompts.values()
        for sample in range(samples)
    ]
    order = {(ask.prompt_id, ask.sample): place for place, ask in enumerate(asks)}
    writer = open_writer(suspect)
    with ConsoleProgress(Console(stderr=True)) as progress:
        progress.stage(f"asking {writer.name}", len(asks))
        answers: list[Answer] = []
        for answer in writer.answers(asks):
            answers.append(answer)
            progress.advance()
    answers.sort(key=lambda answer: order[answer.prompt_id, answer.sample])
    encoder = msgspec.json.Encoder()
    _write(out, b"".join(encoder.encode(asdict(answer)) + b"\n" for answer in answers), read.quarantine)
    finished = Counter(answer.finish_reason or "not said" for answer in answers)
    failed = dict(writer.failed) if isinstance(writer, Endpoint | Weights) else {}
    return {
        "asked": len(asks),
        "answered": len(answers),
        "finish_reasons": dict(finished),
        "failed": failed,
        "prompts_set_aside": dict(read.set_aside),
        **_found(writer),
    }


def _scores(suspect: SuspectChoice, score: Path, out: Path) -> dict[str, Any]:
    read = read_pairs(score)
    with ConsoleProgress(Console(stderr=True)) as progress:
        scorer = open_scorer(suspect, progress.advance)
        progress.stage(f"scoring by {scorer.name}", len(read.pairs))
        if isinstance(scorer, Weights):
            scores = []
            for low in range(0, len(read.pairs), PAIRS_AT_A_TIME):
                scores += scorer.score(read.pairs[low : low + PAIRS_AT_A_TIME])
                progress.advance(PAIRS_AT_A_TIME)
        else:
            scores = scorer.score(read.pairs)
    _write(out, scores_bytes(read.pairs, scores), read.quarantine)
    reasons = Counter(scored.reason for scored in scores if scored.logprobs is None)
    return {
        "asked": len(read.pairs),
        "scored": len(read.pairs) - reasons.total(),
        "straddling": sum(scored.straddling for scored in scores),
        "not_scored": dict(reasons),
        "pairs_set_aside": dict(read.set_aside),
        **_found(scorer),
    }


def _found(suspect: Writer | Scorer) -> dict[str, Any]:
    """Return what an endpoint can do, as far as it was found out."""
    if not isinstance(suspect, Endpoint):
        return {}
    return {"capabilities": [asdict(found) for found in suspect.capabilities], "log_head": suspect.log.head}


def _write(out: Path, content: bytes, quarantine: Sequence[QuarantinedRow]) -> None:
    """Write the result, and beside it the rows that were set aside: each file whole or not at all."""
    rows = b"".join(msgspec.json.encode(row) + b"\n" for row in quarantine)
    aside = out.with_name(out.name + ".quarantine.jsonl")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        for path, data in ((aside, rows), (out, content)):
            partial = path.with_name(f".{path.name}.partial")
            partial.unlink(missing_ok=True)
            if path == aside and not data:
                aside.unlink(missing_ok=True)
                continue
            write_durably(partial, data)
            os.replace(partial, path)
    except OSError as error:
        raise ResourceError(f"cannot write {out}: {error.strerror}; name another place with --out") from error


def _words(counts: Mapping[str, Any], out: Path) -> str:
    done = counts.get("answered", counts.get("scored"))
    lines = [f"{done} of {counts['asked']} in {out}"]
    for name in ("finish_reasons", "failed", "not_scored", "prompts_set_aside", "pairs_set_aside"):
        lines += [
            f"  {name.replace('_', ' ')}: {number} {what}" for what, number in counts.get(name, {}).items()
        ]
    if counts.get("straddling"):
        lines.append(f"  the first token of {counts['straddling']} also holds the end of its prompt")
    return "\n".join(lines)
