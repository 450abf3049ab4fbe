"""The order of notes as one node applies it: each note once, and holes noticed."""

from collections.abc import Mapping

from revenuer.guard.fleet.entry import Notes

NODES = 4096
"""Nodes whose last number is remembered, a restarted one being a new one; those heard longest ago are forgotten first."""


class Order:
    """`last`: the last number taken from each node. The same entries in the same order give the same notes on every node."""

    def __init__(self, last: Mapping[str, int] | None = None) -> None:
        self.last: dict[str, int] = dict(last or {})

    def take(self, entry: Notes, *, joining: bool) -> tuple[list[bytes], int]:
        """Return the notes of `entry` that were not taken before, and how many were skipped since that node's last.

        While `joining`, a node's earlier notes may have left the stream before this one came: they are not counted as skipped.
        """
        end = entry.first + len(entry.notes)
        known = self.last.pop(entry.node, None)
        expected = known + 1 if known is not None else entry.first if joining else 1
        self.last[entry.node] = max(end, expected) - 1
        while len(self.last) > NODES:
            del self.last[next(iter(self.last))]
        return entry.notes[max(0, expected - entry.first) :], max(0, entry.first - expected)
