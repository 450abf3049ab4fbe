"""Opens the guard that the settings of a front name."""

from pathlib import Path

from revenuer.guard.front.in_process import InProcessJudge
from revenuer.guard.front.judge import Judge
from revenuer.guard.front.remote import RemoteJudge
from revenuer.guard.front.settings import FrontSettings
from revenuer.guard.guard import Guard
from revenuer.guard.journal import SqliteJournal
from revenuer.guard.policy import load_policy
from revenuer.guard.shared_seed import SharedSeeds, read_secret
from revenuer.guard.state import GuardState
from revenuer.guard.warm_up import warm_up
from revenuer.records import InputError


def open_judge(settings: FrontSettings) -> Judge:
    """Return whom the front asks. Raises RevenuerError where a file or address that the settings name is no good."""
    if settings.remote is None:
        return _in_process(settings)
    key = None if settings.key_file is None else _key(Path(settings.key_file))
    return RemoteJudge(settings.remote, key=key, deadline_ms=settings.deadline_ms)


def _in_process(settings: FrontSettings) -> Judge:
    state = GuardState(load_policy(None if settings.policy is None else Path(settings.policy)))
    journal = None if settings.journal is None else SqliteJournal(Path(settings.journal))
    if journal is not None:
        state.restore(journal.load())
    secret = None if settings.seed_key_file is None else read_secret(Path(settings.seed_key_file))
    guard = Guard(state, journal, SharedSeeds(secret))
    warm_up(guard)
    return InProcessJudge(guard, journal)


def _key(path: Path) -> str:
    try:
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as a key: {error}") from error
    if not key or not key.isprintable() or " " in key:
        raise InputError(f"{path} must hold one key, printable and without spaces")
    return key
