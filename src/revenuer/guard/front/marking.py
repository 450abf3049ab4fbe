"""Hands the mark on to the model's server, in the field that vLLM keeps for plug-ins, and takes out what the client put there itself."""

from collections.abc import Mapping
from typing import Any

FIELD = "revenuer_mark"
"""Name of the mark within `vllm_xargs`: Revenuer's logits processor looks there."""
HEADER = "x-revenuer-mark"
"""Header in which Envoy and NGINX hand the mark on."""
UNMARKED = "none"
"""What the header says where the answer is to carry no mark."""

_EXTRA = "vllm_xargs"


def with_mark(request: Mapping[str, Any], mark: str | None) -> dict[str, Any]:
    """Return the body of a request with this mark, None = without any, whatever the client asked for."""
    own = request.get(_EXTRA)
    extra = {name: value for name, value in own.items() if name != FIELD} if isinstance(own, dict) else {}
    if mark is not None:
        extra[FIELD] = mark
    rest = {name: value for name, value in request.items() if name != _EXTRA}
    keeps = extra or (own is not None and not isinstance(own, dict))
    return {**rest, _EXTRA: extra or own} if keeps else rest


def names_mark(body: bytes) -> bool:
    """Return whether a body could name the mark: as it is spelt, or with JSON's escapes, which can spell anything."""
    return FIELD.encode() in body or b"\\u" in body
