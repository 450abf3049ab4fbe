"""An engine's keys as its configuration writes them, as the words that our detectors take."""

from revenuer.prove.marks.engines.synthid import SynthId
from revenuer.prove.marks.scheme import Scheme
from revenuer.records import UsageError


def words_of_keys(scheme: Scheme, keys: str) -> tuple[int, ...]:
    """Return the words of the keys: whole numbers, or hexadecimal with `0x`, separated by commas where the engine has several.

    SynthID-Text has one for each layer, SGLang with two keys `key` and `key_b`, the others one. Raises UsageError for anything else.
    """
    try:
        numbers = [int(part.strip(), 0) for part in keys.split(",")]
    except ValueError as error:
        raise UsageError(
            f"expected whole numbers, or hexadecimal with 0x, separated by commas; got something else ({error.args[0][:40]}...)"
        ) from error
    each = 1 if isinstance(scheme, SynthId) else 2
    if len(numbers) * each != scheme.key_words:
        raise UsageError(f"{scheme.name} takes {scheme.key_words // each} keys, got {len(numbers)}")
    if isinstance(scheme, SynthId):
        return tuple(number & 0xFFFFFFFF for number in numbers)
    if not all(0 <= number < 1 << 64 for number in numbers):
        raise UsageError("expected keys of up to 64 bits, none of them negative")
    return tuple(word for number in numbers for word in (number & 0xFFFFFFFF, number >> 32))
