"""Reads measured runs from a file of JSON lines."""

import math
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from revenuer.records import InputError
from revenuer.records.degradation import ATTACKERS, DegradeRun

MAX_RUNS = 1_000_000

Name = Annotated[str, Meta(min_length=1, max_length=200)]


class _Line(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    task: Name
    policy: Name
    attacker: Annotated[str, Meta(pattern=f"^({'|'.join(ATTACKERS)})$")]
    exchanges: Annotated[int, Meta(ge=1, le=10**12)]
    seed: Annotated[int, Meta(ge=0, le=2**53)]
    score: Annotated[float, Meta(le=1.5)]
    honest_loss: Annotated[float, Meta(ge=-1, le=1)]
    honest_user: Annotated[str, Meta(max_length=200)] = ""
    strategy: Annotated[str, Meta(max_length=200)] = ""
    accounts: Annotated[int, Meta(ge=1, le=10**9)] = 1


def read_runs(path: Path) -> tuple[DegradeRun, ...]:
    """Return the runs of a file, in its order. Raises InputError naming file, line and what to write instead.

    A run that was measured twice (same task, policy, attacker, strategy, exchanges, accounts and seed) is refused: intervals would be too narrow.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror or error}; name a file of JSON lines"
        ) from error
    decoder = msgspec.json.Decoder(_Line)
    runs: list[DegradeRun] = []
    first: dict[tuple[object, ...], int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        run = _run(decoder, line, f"{path}:{number}")
        key = (run.task, run.policy, run.attacker, run.strategy, run.exchanges, run.accounts, run.seed)
        if key in first:
            raise InputError(
                f"{path}:{number}: the same run as line {first[key]}; give repetitions seeds of their own, or leave one out"
            )
        first[key] = number
        runs.append(run)
        if len(runs) > MAX_RUNS:
            raise InputError(f"{path} has more than {MAX_RUNS:,} runs; split it by task")
    if not runs:
        raise InputError(f"{path} holds no runs; docs/prove/degrade.md shows what a line looks like")
    return tuple(runs)


def _run(decoder: msgspec.json.Decoder[_Line], line: bytes, place: str) -> DegradeRun:
    try:
        told = decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(
            f"{place}: no measured run: {error}; docs/prove/degrade.md lists the fields"
        ) from error
    if not math.isfinite(told.score) or not math.isfinite(told.honest_loss):
        raise InputError(f"{place}: score and honest_loss must be finite; leave out runs that failed")
    return DegradeRun(**msgspec.structs.asdict(told))
