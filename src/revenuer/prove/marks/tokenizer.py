"""Text -> the token ids that a mark was put on with, by a tokenizer file of ours.

A model's own tokens are not always those that its text gives when it is split anew: a place where they differ loses the pairs around it, and adds some that are not
marked. That costs power and no validity: under the null no splitting knows the key.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from revenuer.records import InputError, MissingDependencyError


class TextTokenizer:
    """A `tokenizers` file (tokenizer.json, or the folder that holds one)."""

    def __init__(self, path: Path) -> None:
        """Raises InputError where there is none, MissingDependencyError without the library."""
        self._tokenizer = _loaded(tokenizer_file(path))

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Return each text's token ids, without special tokens around it."""
        encoded = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [list(one.ids) for one in encoded]


def tokenizer_file(path: Path) -> Path:
    """Return the file that a file or folder stands for. Raises InputError where there is none."""
    file = path / "tokenizer.json" if path.is_dir() else path
    if not file.is_file():
        raise InputError(f"there is no tokenizer {file}; give a tokenizer.json, or the folder that holds it")
    return file


def _loaded(file: Path) -> Any:
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise MissingDependencyError(
            "splitting text into tokens needs the `tokenizers` library; install it with: pip install 'revenuer[prove]'"
        ) from error
    return Tokenizer.from_str(_checked(file))


def _checked(file: Path) -> str:
    """Return the file's text where it can be a tokenizer: the library's own error for other files is no kind that can be told apart."""
    remedy = "give the tokenizer.json of the model that was served"
    try:
        text = file.read_text("utf-8")
        content = msgspec.json.decode(text, type=dict[str, Any])
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}; {remedy}") from error
    except (UnicodeDecodeError, msgspec.DecodeError) as error:
        raise InputError(f"{file} is no JSON object ({error}); {remedy}") from error
    model = content.get("model")
    if not isinstance(model, dict) or not isinstance(model.get("vocab"), dict | list):
        raise InputError(f"{file} has no model with a vocabulary, so is no tokenizer; {remedy}")
    return text
