"""Numbers and times as an analyst reads them: the same text in the page and in the terminal."""

import math
import re
from datetime import UTC, datetime, timedelta


def count(value: int) -> str:
    """Return a whole number with thousands separators: 12,345."""
    return f"{value:,}"


def short_count(value: int) -> str:
    """Return a number in at most five characters: 950, 12.3k, 4.1M."""
    for size, suffix in ((1_000_000_000, "G"), (1_000_000, "M"), (10_000, "k")):
        if abs(value) >= size:
            scaled = value / (1_000 if suffix == "k" else size)
            return f"{scaled:.1f}{suffix}" if abs(scaled) < 100 else f"{scaled:.0f}{suffix}"
    return f"{value:,}"


def plural(value: int, noun: str, many: str | None = None) -> str:
    """Return the number with its noun: 1 account, 2 accounts."""
    return f"{value:,} {noun if value == 1 else many or noun + 's'}"


def percent(share: float) -> str:
    """Return a share as a percentage with two significant digits and never a misleading 0 or 100."""
    value = 100.0 * share
    if value <= 0:
        return "0 %"
    if value >= 10:
        text = f"{value:.1f}"
        return "> 99.9 %" if text == "100.0" and value < 100 else f"{text} %"
    if value < 1e-4:
        return "< 0.0001 %"
    decimals = max(1, 1 - math.floor(math.log10(value)))
    return f"{value:.{decimals}f} %"


def log10_e(value: float) -> str:
    """Return a log10 weight with its sign: +12.4."""
    if abs(value) < 0.05:
        return "0.0"
    return f"{value:+.1f}".replace("-", "−")


def strength(log10_bayes_factor: float) -> str:
    """Return the weight in words, on the bands of Kass and Raftery (1995), table at 3.2: 0.5, 1 and 2."""
    size = abs(log10_bayes_factor)
    if size < 0.5:
        return "barely worth a mention"
    if size < 1:
        return "substantial"
    return "strong" if size < 2 else "decisive"


def one_line(text: str, limit: int = 160) -> str:
    """Return the first sentence of `text` on one line; where that is longer than `limit`, cut at a clause or a word, with …"""
    flat = re.sub(r"[ \t\r\n]+", " ", text).strip().partition(". ")[0]
    if len(flat) <= limit:
        return flat
    head = flat[: limit - 1]
    ends = (head.rfind("; "), head.rfind(" "), len(head))
    return head[: next(end for end in ends if end > limit // 2)].rstrip(" ,;:") + "…"


def as_utc(moment: datetime) -> datetime:
    """Return the moment in UTC; a datetime without a zone is taken to be UTC, as in the exchange table."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def iso(moment: datetime) -> str:
    """Return ISO 8601 in UTC with a trailing Z; microseconds only where there are any."""
    return as_utc(moment).replace(tzinfo=None).isoformat() + "Z"


def minute(moment: datetime) -> str:
    """Return date and minute in UTC, without naming the zone (headings name it)."""
    return as_utc(moment).strftime("%Y-%m-%d %H:%M")


def clock(moment: datetime) -> str:
    """Return the time of day with its zone: 09:30 UTC."""
    return as_utc(moment).strftime("%H:%M UTC")


def day(moment: datetime) -> str:
    """Return the date in UTC."""
    return as_utc(moment).strftime("%Y-%m-%d")


def duration(span: timedelta) -> str:
    """Return a length of time in its largest sensible unit: 14 days, 6.5 hours, 20 minutes."""
    seconds = span.total_seconds()
    for size, noun in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            value = round(seconds / size, 1)
            return f"{value:g} {noun}{'' if value == 1 else 's'}"
    return plural(round(seconds), "second")
