"""What can be said of an answer's text without understanding it: empty, another script than its prompt's, or no language at all.

These are counts for the reader of a result, never reasons to drop an answer: a rule that drops answers would be a way to choose them.
"""

import unicodedata
import zlib
from collections import Counter

UNUSABLE_SHARE = 0.02
"""From this share of replacement, control, private or unassigned characters on, a text was damaged or is no text. Judgement, not calibrated."""
LOOP_RATIO = 0.08
"""A text of LOOP_CHARS or more that deflates below this ratio repeats itself; prose of that length deflates to .3 and more (RFC 1951
coders; checked on the tests' own texts, not calibrated)."""
LOOP_CHARS = 400
LONGEST_MEAN_WORD = 25.0
_KEPT_CONTROLS = frozenset("\n\r\t")
_LOOKED_AT = 4000


def is_gibberish(text: str) -> bool:
    """Return whether the text is damaged, a loop, or has no words. Words without sense are not seen, nor are letters at random."""
    shown = text[:_LOOKED_AT]
    if not shown.strip():
        return False
    odd = sum(
        char == "\ufffd"
        or (unicodedata.category(char) in ("Cc", "Co", "Cn", "Cs") and char not in _KEPT_CONTROLS)
        for char in shown
    )
    if odd / len(shown) >= UNUSABLE_SHARE:
        return True
    packed = shown.encode("utf-8", "replace")
    if len(shown) >= LOOP_CHARS and len(zlib.compress(packed, 6)) / len(packed) < LOOP_RATIO:
        return True
    words = shown.split()
    spaced = script_of(shown) in ("LATIN", "CYRILLIC", "GREEK")
    return spaced and len(shown) >= 100 and len(shown) / len(words) > LONGEST_MEAN_WORD


def script_of(text: str) -> str:
    """Return the script of most of the letters, as Unicode names it (LATIN, CYRILLIC, CJK ...); empty without letters."""
    scripts = _scripts(text)
    return max(scripts, key=lambda name: (scripts[name], name)) if scripts else ""


def is_in_another_script(prompt: str, answer: str) -> bool:
    """Return whether most letters of the answer are of a script that under a tenth of the prompt's letters have. Two languages in one
    script are not told apart."""
    asked, main = _scripts(prompt), script_of(answer)
    return bool(asked) and bool(main) and asked[main] < 0.1 * asked.total()


def _scripts(text: str) -> Counter[str]:
    names = (unicodedata.name(char, "").split(" ", 1)[0] for char in text[:_LOOKED_AT] if char.isalpha())
    return Counter(name for name in names if name)
