"""`revenuer prove lineage weights SUSPECT OURS --out DIR`."""

from pathlib import Path

import click

from revenuer.cli.prove_result import ResultOptions, publish, result_options
from revenuer.prove.lineage.same_base import same_base_verdict
from revenuer.prove.lineage.weights_file import open_weights


@click.command(name="weights")
@click.argument("suspect", type=click.Path(path_type=Path))
@click.argument("ours", type=click.Path(path_type=Path))
@click.option("--name", help="What the suspect is called; default: the file's or folder's name.")
@result_options
def command(suspect: Path, ours: Path, name: str | None, result: ResultOptions) -> int:
    """Ask whether SUSPECT's weights come from OURS: safetensors files, or folders of them, of one architecture.

    Exact: the order of our units was random when we initialised them, and a model made without ours cannot know it.
    """
    verdict, pack = same_base_verdict(
        open_weights(suspect), open_weights(ours), name=name or suspect.stem, alpha=result.alpha
    )
    return publish(verdict, pack, result)
