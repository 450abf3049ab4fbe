"""Reads a file of votes: Parquet, CSV, JSON lines, the Arena's JSON array, or counts by pair."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from revenuer.rank.vote_files.bad_rows import BadRows
from revenuer.rank.vote_files.block import VoteBlock, Wanted
from revenuer.rank.vote_files.collect import Collector
from revenuer.rank.vote_files.csv_votes import csv_blocks
from revenuer.rank.vote_files.json_votes import array_blocks, line_blocks
from revenuer.rank.vote_files.opening import Kind, kind_of
from revenuer.rank.vote_files.pair_counts import read_pair_counts
from revenuer.rank.vote_files.parquet_votes import parquet_blocks
from revenuer.rank.votes import Votes
from revenuer.records import InputError


def read_votes(path: str | Path, *, style: Sequence[str] = (), ids: bool = True) -> Votes:
    """Return the votes of one file; what it is, its content tells, and its name where that leaves a doubt.

    Columns (records/ballot.py): model_a, model_b, winner; voter_id (or judge), prompt_id and timestamp (or tstamp), all of which
    `ids=False` leaves unread; weight, where a row of JSON that leaves it out weighs 1; for each covariate NAME of `style` a column
    NAME, a minus b, or NAME_a and NAME_b from 0 up, of which (a - b) / (a + b) is taken, 0 where both are 0. Others are ignored.
    Pair counts (vote_files/pair_counts.py) have no ids, weights or style. Text files may be packed by gzip or zstd.

    Bad rows are set aside, counted in the result, and the first thousand of them kept with file, line and reason; a line is a line
    of CSV or JSON lines, from 1 with the header, else a row or an entry, from 1. Raises InputError where the file is missing, empty,
    damaged or of another kind, lacks a required column, or holds no good vote. Not checked: whether a vote stands in it twice.
    """
    place, file = Path(path), str(path)
    wanted = Wanted(style=tuple(style), ids=ids)
    bad = BadRows(file)
    kind = kind_of(place, file)
    if kind == "counts":
        if style:
            raise InputError(
                f"{file} holds counts by pair, which have no style covariates; give a file of single votes"
            )
        return read_pair_counts(place, file, bad)
    collector = Collector(wanted, bad)
    for block in _blocks(kind, place, file, wanted, bad):
        collector.take(block)
    return collector.votes(file)


def _blocks(kind: Kind, path: Path, file: str, wanted: Wanted, bad: BadRows) -> Iterator[VoteBlock]:
    if kind == "parquet":
        return parquet_blocks(path, file, wanted)
    if kind == "csv":
        return csv_blocks(path, file, wanted, bad)
    return array_blocks(path, file, wanted, bad) if kind == "array" else line_blocks(path, file, wanted, bad)
