"""Say what a long run is doing, on stderr: a bar on a terminal, a plain line now and then elsewhere."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

LINE_EVERY_S = 10.0
"""Elsewhere than on a terminal a stage speaks when it has taken this long, and then as often."""


class Progress(Protocol):
    """What a long computation tells about itself. Stages follow one another; `done` ends the last."""

    def stage(self, name: str, total: int | None = None) -> None: ...

    def advance(self, n: int = 1) -> None: ...

    def done(self) -> None: ...


class SilentProgress:
    """Tells nobody."""

    def stage(self, name: str, total: int | None = None) -> None:
        return None

    def advance(self, n: int = 1) -> None:
        return None

    def done(self) -> None:
        return None


class LineProgress:
    """Plain lines for logs: only for stages that last."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console, self._clock = console, clock
        self._name, self._total, self._count = "", 0, 0
        self._started = self._spoke = clock()

    def stage(self, name: str, total: int | None = None) -> None:
        self.done()
        self._name, self._total, self._count = name, total or 0, 0
        self._started = self._spoke = self._clock()

    def advance(self, n: int = 1) -> None:
        self._count += n
        now = self._clock()
        if self._name and now - self._spoke >= LINE_EVERY_S:
            self._spoke = now
            of = f" of {self._total:,}" if self._total else ""
            self._say(f"{self._name}: {self._count:,}{of} after {now - self._started:.0f} s")

    def done(self) -> None:
        took = self._clock() - self._started
        if self._name and took >= LINE_EVERY_S:
            self._say(f"{self._name}: done in {took:.0f} s")
        self._name = ""

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


class BarProgress:
    """A bar or spinner per stage on a terminal; finished stages stay as one line with their time."""

    def __init__(self, console: Console) -> None:
        self._bars = RichProgress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        )
        self._task: TaskID | None = None

    def stage(self, name: str, total: int | None = None) -> None:
        self._finish()
        self._bars.start()
        self._task = self._bars.add_task(name, total=total)

    def advance(self, n: int = 1) -> None:
        if self._task is not None:
            self._bars.advance(self._task, n)

    def done(self) -> None:
        self._finish()
        self._bars.stop()

    def _finish(self) -> None:
        if self._task is None:
            return
        task = next(task for task in self._bars.tasks if task.id == self._task)
        total = task.total if task.total is not None else max(task.completed, 1)
        self._bars.update(self._task, total=total, completed=total)
        self._task = None


class ConsoleProgress:
    """The reporter for a command: bars if the console is a terminal, lines if not. A context manager, so that an
    error in between still gives the terminal back."""

    def __init__(self, console: Console | None = None) -> None:
        console = console or Console(stderr=True)
        self._inner: Progress = BarProgress(console) if console.is_terminal else LineProgress(console)

    def stage(self, name: str, total: int | None = None) -> None:
        self._inner.stage(name, total)

    def advance(self, n: int = 1) -> None:
        self._inner.advance(n)

    def done(self) -> None:
        self._inner.done()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._inner.done()
