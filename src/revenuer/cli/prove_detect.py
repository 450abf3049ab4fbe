"""`revenuer prove detect TEXTS --scheme ... --master FILE --labels FILE --out DIR`: whose mark do these answers carry?"""

from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console

from revenuer.cli.mark_labels import KeyChoice, key_options
from revenuer.cli.mark_sample import candidates_of, decoy_seed, sample_of_answers
from revenuer.cli.prove_result import ResultOptions, publish, result_options
from revenuer.prove.marks.decoys import FEWEST
from revenuer.prove.marks.detect import TEST, DetectOptions, KeyInPack, detect
from revenuer.prove.marks.scheme_names import ENGINES, OURS
from revenuer.prove.marks.tokenizer import tokenizer_file
from revenuer.prove.pack import input_file
from revenuer.prove.suspects import read_answers
from revenuer.report import ConsoleProgress

FILE = click.Path(path_type=Path)


@click.command(name="detect")
@click.argument("texts", type=FILE)
@key_options
@click.option(
    "--key",
    "key_files",
    multiple=True,
    type=FILE,
    help="File of keys, as `prove mark derive` or `prove mark engine` prints them. May be repeated.",
)
@click.option(
    "--tokenizer",
    type=FILE,
    help="tokenizer.json of the model that was served, or its folder: the answers' text is split by it. Without it their tokens are taken.",
)
@click.option("--suspect", help="The suspect's name in the verdict; the file's name by default.")
@click.option(
    "--decoys",
    default=999,
    show_default=True,
    type=click.IntRange(FEWEST, 100_000),
    help="Keys that marked nothing, tried beside.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), help="Seed of the decoys; drawn, and recorded, by default."
)
@click.option(
    "--effect",
    default=0.05,
    show_default=True,
    type=click.FloatRange(0.0, 5.0, min_open=True),
    help="Smallest effect of interest, in standard deviations of one pair: decides whether silence is an answer.",
)
@click.option(
    "--key-in-pack",
    type=click.Choice(["positive", "always", "never"]),
    default="positive",
    show_default=True,
    help="Whether the evidence pack holds the strongest key. Without it p can be recomputed from the pairs' values, but not those.",
)
@result_options
def command(
    texts: Path,
    keys: KeyChoice,
    key_files: tuple[Path, ...],
    tokenizer: Path | None,
    suspect: str | None,
    decoys: int,
    seed: int | None,
    effect: float,
    key_in_pack: KeyInPack,
    result: ResultOptions,
) -> int:
    """Look for our marks in TEXTS, answers as JSON lines or Parquet with "tokens", or with "text" and --tokenizer.

    The key that fires goes into the evidence pack, so that others can check: it is then spent, begin a new epoch. Exit code 1 where a mark is found.
    """
    candidates = candidates_of(keys, key_files, {**OURS, **ENGINES})
    with ConsoleProgress(Console(stderr=True)) as progress:
        progress.stage("reading answers")
        answers = read_answers(texts)
        name = suspect or Path(answers.name).stem
        sample, used = sample_of_answers(texts, answers.all, tokenizer)
        files = (texts, *keys.files, *(() if tokenizer is None else (tokenizer_file(tokenizer),)))
        inputs = [input_file(path) for path in files]
        options = DetectOptions(
            seed=decoy_seed(seed, result, TEST),
            alpha=result.alpha,
            decoys=decoys,
            shift=effect,
            key_in_pack=key_in_pack,
        )
        result.check_before(TEST, name, n={"answers": sample.responses}, inputs=inputs)
        progress.stage(f"trying {len(candidates):,} keys and {decoys:,} decoys")
        verdict, pack = detect(sample, candidates, options, name, inputs)
    read = {"read": answers.counts.rows, "used": sample.responses, **used, "refused": answers.counts.refused}
    verdict = replace(verdict, details={**verdict.details, "answers": read | dict(answers.counts.set_aside)})
    code = publish(verdict, pack, result)
    disclosed = verdict.details.get("key_in_pack", "none")
    if disclosed != "none":
        click.echo(
            f"the evidence holds the key of {disclosed}: begin a new epoch before you hand it over", err=True
        )
    return code
