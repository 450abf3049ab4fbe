"""Options that say which keys: the master, the schemes, the labels and their epochs."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from revenuer.prove.marks.candidate import Candidate, derived_candidate
from revenuer.prove.marks.keys import read_master
from revenuer.prove.marks.labels import parse_epoch, read_labels
from revenuer.prove.marks.scheme import Scheme
from revenuer.prove.marks.scheme_names import parse_scheme
from revenuer.records import UsageError

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChoice:
    """Which keys the user named, nothing read yet."""

    master: Path | None
    schemes: tuple[Scheme, ...]
    labels: tuple[str, ...]
    labels_file: Path | None
    epochs: tuple[date, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """The file of labels, which is no secret."""
        return () if self.labels_file is None else (self.labels_file,)

    @property
    def given(self) -> bool:
        return self.master is not None or bool(self.schemes or self.labels or self.labels_file)

    def candidates(self) -> list[Candidate]:
        """Return a candidate for each scheme, label and epoch. Raises UsageError where one of them is missing."""
        if self.master is None or not self.schemes or not (self.labels or self.labels_file):
            raise UsageError(
                "expected --master FILE, --scheme NAME and --labels FILE or --label LABEL together; give all three"
            )
        if self.labels and not self.epochs:
            raise UsageError(
                "got --label without --epoch; give the date of the epoch, such as --epoch 2026-03-01"
            )
        master = read_master(self.master)
        named = [(label, epoch) for label in self.labels for epoch in self.epochs]
        if self.labels_file is not None:
            named += read_labels(self.labels_file, self.epochs)
        return [
            derived_candidate(master, scheme, label, epoch)
            for scheme in dict.fromkeys(self.schemes)
            for label, epoch in dict.fromkeys(named)
        ]


def key_options(function: F) -> F:
    """Add --master, --scheme, --labels, --label and --epoch; the command gets them as one argument `keys: KeyChoice`."""

    @functools.wraps(function)
    def wrapper(
        *args: Any,
        master: Path | None,
        schemes: tuple[str, ...],
        labels: tuple[str, ...],
        labels_file: Path | None,
        epochs: tuple[str, ...],
        **kwargs: Any,
    ) -> Any:
        choice = KeyChoice(
            master=master,
            schemes=tuple(parse_scheme(one) for one in schemes),
            labels=labels,
            labels_file=labels_file,
            epochs=tuple(parse_epoch(one, "--epoch") for one in epochs),
        )
        return function(*args, keys=choice, **kwargs)

    file = click.Path(path_type=Path)
    options = (
        click.option("--master", type=file, help="The master key, as `prove mark new-master` wrote it."),
        click.option(
            "--scheme",
            "schemes",
            multiple=True,
            metavar="NAME[:OPTION=VALUE,...]",
            help="green (width=1, gamma=0.25, delta=2), gumbel (width=2) or dual_gumbel (width=2, first_share=0.5). May be repeated.",
        ),
        click.option("--labels", "labels_file", type=file, help="File of labels, one a line: LABEL [EPOCH]."),
        click.option(
            "--label", "labels", multiple=True, help="A label, such as campaign:C-17. May be repeated."
        ),
        click.option(
            "--epoch",
            "epochs",
            multiple=True,
            metavar="DATE",
            help="Date of the key's epoch. May be repeated.",
        ),
    )
    decorated: Any = wrapper
    for option in reversed(options):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]
