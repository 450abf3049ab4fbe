"""`revenuer prove radioactivity --answers FILE | --weights DIR ... --out DIR`: was the suspect trained on text that carries our mark?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from revenuer.cli.mark_labels import KeyChoice, key_options
from revenuer.cli.mark_sample import candidates_of, decoy_seed, sample_of_answers
from revenuer.cli.prove_result import ResultOptions, publish, result_options
from revenuer.prove.marks.candidate import Candidate
from revenuer.prove.marks.decoys import FEWEST
from revenuer.prove.marks.detect import DetectOptions
from revenuer.prove.marks.tokenizer import tokenizer_file
from revenuer.prove.pack import InputFile, input_file
from revenuer.prove.radioactivity import OpenOptions, closed_test, counted_test, open_test
from revenuer.prove.radioactivity.closed_test import TEST
from revenuer.prove.suspect import Answer
from revenuer.prove.suspects import Weights, load_weights, read_answers
from revenuer.records import InputError, UsageError

FILE = click.Path(path_type=Path)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What both forms take."""

    candidates: list[Candidate]
    suspect: str | None
    decoys: int
    seed: int
    effect: float | None
    tokenizer: Path | None
    key_inputs: tuple[Path, ...]
    result: ResultOptions


@click.command(name="radioactivity")
@click.option("--answers", type=FILE, help="Closed: the suspect's own answers (JSON lines or Parquet).")
@click.option(
    "--weights", type=FILE, help="Open: directory of the suspect's weights (transformers, safetensors)."
)
@click.option(
    "--reference",
    type=FILE,
    help="Directory of a model that never read text marked under these keys, so that what is no news is taken off. Open: the suspect's base or an "
    "unmarked student. Closed: our own model or an unmarked student, with our tokenizer; without one the closed form is far weaker.",
)
@click.option(
    "--contexts",
    type=FILE,
    help="Open: prompts and responses (answers file) whose windows the suspect is asked about.",
)
@click.option(
    "--served",
    is_flag=True,
    help="Open: the contexts are our log of marked responses, in its order, of the one key that is looked for.",
)
@click.option(
    "--served-log",
    type=FILE,
    help="Closed: our log of marked responses of the one key: says what the windows seen by the distiller give.",
)
@click.option(
    "--windows",
    default=4000,
    show_default=True,
    type=click.IntRange(20, 1_000_000),
    help="Open: windows to ask about, at most.",
)
@key_options
@click.option(
    "--key",
    "key_files",
    multiple=True,
    type=FILE,
    help="File of keys, as `prove mark derive` prints them. May be repeated.",
)
@click.option(
    "--tokenizer",
    type=FILE,
    help="tokenizer.json of the model that was served: closed, it splits the answers; open, the suspect's must be the same.",
)
@click.option("--suspect", help="The suspect's name in the verdict; the file's name by default.")
@click.option(
    "--decoys",
    default=499,
    show_default=True,
    type=click.IntRange(FEWEST, 100_000),
    help="Keys that marked nothing, tried beside.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), help="Seed of the decoys; drawn, and recorded, by default."
)
@click.option(
    "--effect",
    type=click.FloatRange(0.0, 5.0, min_open=True),
    help="Smallest effect of interest, which decides whether silence is an answer: closed, in standard deviations of one pair (0.05 by default); "
    "open, in the unit of the effect (none by default).",
)
@result_options
def command(
    answers: Path | None,
    weights: Path | None,
    reference: Path | None,
    contexts: Path | None,
    served: bool,
    served_log: Path | None,
    windows: int,
    keys: KeyChoice,
    key_files: tuple[Path, ...],
    tokenizer: Path | None,
    suspect: str | None,
    decoys: int,
    seed: int | None,
    effect: float | None,
    result: ResultOptions,
) -> int:
    """Look for the trace of marked training data: in what the suspect writes (closed) or in its weights (open).

    The strongest key goes into the evidence pack, so that others can check: it is spent, begin a new epoch. Exit code 1 where a trace is found.
    """
    if (answers is None) == (weights is None):
        raise UsageError("expected one of --answers (closed) and --weights (open); name the suspect one way")
    asked = _Asked(
        candidates=candidates_of(keys, key_files),
        suspect=suspect,
        decoys=decoys,
        seed=decoy_seed(seed, result, TEST),
        effect=effect,
        tokenizer=tokenizer,
        key_inputs=keys.files,
        result=result,
    )
    if answers is not None:
        _only("--answers", **{"--contexts": contexts, "--served": served})
        if reference is not None:
            _only("--reference", **{"--served-log": served_log})
            return _counted(answers, reference, OpenOptions(windows=windows, decoys=decoys), asked)
        return _closed(answers, served_log, asked)
    _only("--weights", **{"--served-log": served_log})
    if weights is None or reference is None or contexts is None:
        raise UsageError("expected --weights, --reference and --contexts together; give all three")
    return _open(
        weights, reference, contexts, OpenOptions(served=served, windows=windows, decoys=decoys), asked
    )


def _only(form: str, **others: Any) -> None:
    wrong = [name for name, value in others.items() if value]
    if wrong:
        raise UsageError(f"{wrong[0]} says nothing beside {form}; leave it out")


def _closed(path: Path, served_log: Path | None, asked: _Asked) -> int:
    if served_log is not None and len(asked.candidates) > 1:
        raise UsageError("--served-log is the log of one key; give one label and one scheme")
    answers = read_answers(path)
    name = asked.suspect or Path(answers.name).stem
    sample, used = sample_of_answers(path, answers.all, asked.tokenizer)
    served = None
    if served_log is not None:
        served, _ = sample_of_answers(served_log, read_answers(served_log).all, asked.tokenizer)
    inputs = _inputs(asked, path, *(() if served_log is None else (served_log,)))
    options = DetectOptions(
        seed=asked.seed, alpha=asked.result.alpha, decoys=asked.decoys, shift=asked.effect or 0.05
    )
    asked.result.check_before(TEST, name, n={"answers": sample.responses}, inputs=inputs)
    verdict, pack = closed_test(sample, asked.candidates, options, name, inputs, served)
    read = {"read": answers.counts.rows, "used": sample.responses, **used, "refused": answers.counts.refused}
    details = {**verdict.details, "answers": read | dict(answers.counts.set_aside)}
    return publish(replace(verdict, details=details), pack, asked.result)


def _counted(path: Path, reference: Path, options: OpenOptions, asked: _Asked) -> int:
    answers = read_answers(path)
    name = asked.suspect or Path(answers.name).stem
    inputs = _inputs(asked, path)
    asked.result.check_before(TEST, name, n={"answers": len(answers.all)}, inputs=inputs)
    model = load_weights(reference)
    if asked.tokenizer is not None:
        _check_tokenizer(asked.tokenizer, model)
    options = replace(
        options, alpha=asked.result.alpha, effect=asked.effect, longest=(model.longest or 1024) // 2
    )
    room = (model.longest or 1 << 30) - options.longest
    exchanges = [(prompt, answer[:room]) for prompt, answer in _exchanges(answers.all, model)]
    verdict, pack = counted_test(exchanges, name, model, asked.candidates, options, asked.seed)
    if pack is not None:
        pack = replace(pack, inputs=tuple(inputs))
    read = {"read": answers.counts.rows, "refused": answers.counts.refused, **answers.counts.set_aside}
    return publish(replace(verdict, details={**verdict.details, "read": read}), pack, asked.result)


def _open(weights: Path, reference: Path, contexts: Path, options: OpenOptions, asked: _Asked) -> int:
    inputs = _inputs(asked, contexts)
    asked.result.check_before(TEST, asked.suspect or weights.resolve().name, inputs=inputs)
    suspect, other = load_weights(weights), load_weights(reference)
    if suspect.tokenizer.get_vocab() != other.tokenizer.get_vocab():
        raise InputError(
            f"{suspect.name} and {other.name} have other tokenizers; give a reference with the suspect's, or use the closed form"
        )
    if asked.tokenizer is not None:
        _check_tokenizer(asked.tokenizer, suspect)
    if asked.suspect:
        suspect.name = asked.suspect
    longest = min(model.longest or 1024 for model in (suspect, other))
    options = replace(options, alpha=asked.result.alpha, effect=asked.effect, longest=longest)
    exchanges = _exchanges(read_answers(contexts).all, suspect)
    verdict, pack = open_test(exchanges, suspect, other, asked.candidates, options, asked.seed)
    if pack is not None:
        pack = replace(pack, inputs=tuple(inputs))
    return publish(verdict, pack, asked.result)


def _check_tokenizer(path: Path, suspect: Weights) -> None:
    from tokenizers import Tokenizer

    ours = Tokenizer.from_file(str(tokenizer_file(path))).get_vocab(with_added_tokens=True)
    if ours != suspect.tokenizer.get_vocab():
        raise InputError(
            f"{suspect.name} has another tokenizer than {path}: its tokens are not those that were marked; use the closed form with --tokenizer"
        )


def _exchanges(answers: Sequence[Answer], model: Weights) -> list[tuple[list[int], list[int]]]:
    """Return (context, response) token ids: the response's own where the file has them, else by the model's tokenizer."""
    found = []
    for answer in answers:
        response = answer.tokens
        if response is None:
            response = model.tokenizer(answer.text, add_special_tokens=False)["input_ids"]
        found.append((model.encode_context(model.context(answer.prompt)), list(response)))
    return found


def _inputs(asked: _Asked, *files: Path) -> Sequence[InputFile]:
    more = () if asked.tokenizer is None else (tokenizer_file(asked.tokenizer),)
    return [input_file(path) for path in (*files, *asked.key_inputs, *more)]
