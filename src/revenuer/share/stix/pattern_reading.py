"""Reads a peer's STIX pattern: the values that stand in it alone, by equality. All else is kept, told, and acted upon by nobody.

A value counts where it suffices: `[a = 1 OR b = 2]`, `[a = 1] OR [b = 2]`. Where more has to come together (AND, FOLLOWEDBY, a qualifier), no
single value stands for the pattern.
"""

import ipaddress
import re
from dataclasses import dataclass

from revenuer.records import MissingDependencyError
from revenuer.records.observable import ObservableKind
from revenuer.share.stix.pattern_text import MAIL_DOMAIN_PATH, TLS_PATH, USER_AGENT_PATH

MAX_PATTERN = 20_000
MAX_DEPTH = 60
"""Brackets in brackets: the parser works by recursion."""
MAX_VALUES = 1_000
_ADDRESS_PATHS = {"ipv4-addr:value": 4, "ipv6-addr:value": 6}
_ALONE = re.compile(r"\[\s*([a-z0-9-]+:[a-z_][A-Za-z0-9_.'-]*)\s*=\s*'((?:[^'\\]|\\['\\])*)'\s*\]")
_MISP_PATH = re.compile(r"network-traffic:(src_ref|dst_ref)\.(type|value)")
_ESCAPE = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternReading:
    """`values`: each suffices for the pattern. `not_understood`: the parts that we do not act upon, in the pattern's words."""

    values: tuple[tuple[ObservableKind, str], ...]
    not_understood: tuple[str, ...] = ()


def read_pattern(pattern: str) -> PatternReading:
    """Return the observables of a STIX pattern. Raises ValueError, saying why, for what is no pattern or beyond the bounds above."""
    simple = _ALONE.fullmatch(pattern.strip())
    if simple is not None:
        return _reading([(simple[1], "=", _ESCAPE.sub(r"\1", simple[2]), pattern.strip())], [])
    _bounded(pattern)
    parts: list[tuple[str, str, str, str]] = []
    rest: list[str] = []
    _walk(_parsed(pattern), parts, rest)
    return _reading(parts, rest)


def _bounded(pattern: str) -> None:
    if len(pattern) > MAX_PATTERN:
        raise ValueError(f"the pattern has {len(pattern)} characters, at most {MAX_PATTERN} are read")
    depth = deepest = 0
    for char in pattern:
        depth += (char in "([") - (char in ")]")
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise ValueError(f"the pattern is nested {deepest} deep, at most {MAX_DEPTH} are read")


def _parsed(pattern: str) -> object:
    try:
        from stix2.pattern_visitor import create_pattern_object
        from stix2patterns.exceptions import ParseException
    except ImportError as error:
        raise MissingDependencyError(
            "reading STIX patterns needs stix2; install it with: pip install 'revenuer[share]'"
        ) from error
    try:
        return create_pattern_object(pattern, version="2.1")
    except (ParseException, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise ValueError(f"not a STIX pattern: {_first_line(error)}") from error
    except RecursionError as error:
        raise ValueError("the pattern is too long a chain to be read") from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _walk(node: object, parts: list[tuple[str, str, str, str]], rest: list[str]) -> None:
    """Sort the leaves into those that suffice and those that do not."""
    from stix2 import patterns

    if isinstance(node, patterns.ObservationExpression | patterns.ParentheticalExpression):
        inner = node.operand if isinstance(node, patterns.ObservationExpression) else node.expression
        _walk(inner, parts, rest)
    elif isinstance(node, patterns.OrBooleanExpression | patterns.OrObservationExpression):
        for operand in node.operands:
            _walk(operand, parts, rest)
    elif (typed := _misp_address(node)) is not None:
        parts.append((*typed, str(node)))
    elif _is_plain_comparison(node):
        value = _ESCAPE.sub(r"\1", str(node.rhs.value))  # type: ignore[attr-defined]
        parts.append((str(node.lhs), node.operator, value, str(node)))  # type: ignore[attr-defined]
    else:
        rest.append(str(node))


def _misp_address(node: object) -> tuple[str, str, str] | None:
    """Return path, operator and value where a pattern is MISP's way to write an address: `X_ref.type = 'ipv4-addr' AND X_ref.value = V`.

    MISP takes an address that we sent for one that was written to, so the direction counts for nothing.
    """
    from stix2 import patterns

    operands = node.operands if isinstance(node, patterns.AndBooleanExpression) else []
    if len(operands) != 2 or not all(_is_plain_comparison(one) for one in operands):
        return None
    kind, value = (_MISP_PATH.fullmatch(str(one.lhs)) for one in operands)
    if kind is None or value is None or (kind[1], kind[2], value[2]) != (value[1], "type", "value"):
        return None
    path = f"{operands[0].rhs.value}:value"
    return (path, operands[1].operator, str(operands[1].rhs.value)) if path in _ADDRESS_PATHS else None


def _is_plain_comparison(node: object) -> bool:
    from stix2 import patterns

    wanted = patterns.EqualityComparisonExpression | patterns.IsSubsetComparisonExpression
    return isinstance(node, wanted) and not node.negated and isinstance(node.rhs, patterns.StringConstant)


def _reading(parts: list[tuple[str, str, str, str]], rest: list[str]) -> PatternReading:
    values: dict[tuple[ObservableKind, str], None] = {}
    for path, operator, value, told in parts:
        found = _observable(path, operator, value)
        if found is None:
            rest.append(told)
        else:
            values[found] = None
    if len(values) > MAX_VALUES:
        raise ValueError(f"the pattern names {len(values)} values, at most {MAX_VALUES} are read")
    return PatternReading(values=tuple(values), not_understood=tuple(rest))


def _observable(path: str, operator: str, value: str) -> tuple[ObservableKind, str] | None:
    if path in _ADDRESS_PATHS:
        return _address(value, _ADDRESS_PATHS[path])
    if operator != "=" or not value:
        return None
    named = {
        MAIL_DOMAIN_PATH: (ObservableKind.EMAIL_DOMAIN, value.lower().rstrip(".")),
        USER_AGENT_PATH: (ObservableKind.USER_AGENT, value),
        TLS_PATH: (ObservableKind.TLS_FINGERPRINT, value),
    }
    return named.get(path)


def _address(value: str, version: int) -> tuple[ObservableKind, str] | None:
    """Return an address or a network in its one spelling; None for what is neither, or of the other version."""
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return None
    if network.version != version:
        return None
    if network.prefixlen == network.max_prefixlen:
        return ObservableKind.IP, str(network.network_address)
    return ObservableKind.IP_PREFIX, str(network)
