"""`revenuer prove mark engine`: the key of a serving engine's own watermark, as `prove detect --key` takes it."""

from pathlib import Path

import click
import msgspec

from revenuer.prove.marks.candidate import Candidate
from revenuer.prove.marks.engines.engine_keys import words_of_keys
from revenuer.prove.marks.key_document import key_document
from revenuer.prove.marks.scheme_names import ENGINES, parse_scheme
from revenuer.records import InputError


@click.command(name="engine")
@click.option(
    "--scheme",
    required=True,
    metavar="NAME[:OPTION=VALUE,...]",
    help="vllm-gumbel, vllm-dual, sglang-gumbel, sglang-dual, transformers-green or synthid, with the engine's settings.",
)
@click.option(
    "--key-file",
    required=True,
    type=click.Path(path_type=Path),
    help="File with the engine's key, or its keys separated by commas: whole numbers, or hexadecimal with 0x.",
)
@click.option("--label", required=True, help="Whose mark it is, for the verdict: server:eu-1.")
def command(scheme: str, key_file: Path, label: str) -> int:
    """Print a key document for `prove detect --key`. It is a secret.

    Example: --scheme vllm-gumbel:width=4, transformers-green:vocabulary=50257,ratio=0.25, synthid:layers=30,ngram=5.
    """
    found = parse_scheme(scheme, ENGINES)
    try:
        keys = key_file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the key {key_file}: {error}; name a file that you can read") from error
    candidate = Candidate(label=label, scheme=found, words=words_of_keys(found, keys))
    click.echo(msgspec.json.encode(key_document(candidate)).decode())
    return 0
