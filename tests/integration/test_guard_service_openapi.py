"""The service against its own description, by Schemathesis: what is promised is answered, and nothing breaks it."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from builders.guard_service import Running, running
from revenuer.guard.http import openapi
from revenuer.guard.http.answer import encode

KEY = "key-of-kim"


@schemathesis.serializer("application/toml")
def _as_text(context: Any, value: Any) -> bytes:
    return str(value).encode("utf-8", "replace")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("service")
    (folder / "keys").write_text(f"admin {hashlib.sha256(KEY.encode()).hexdigest()} kim\n")
    (folder / "policy.toml").write_text("[mode]\nshadow = true\n")
    with running("--api-keys", str(folder / "keys"), "--policy", str(folder / "policy.toml")) as started:
        yield started


BOUNDED = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
OPERATIONS = [result.ok() for result in schemathesis.openapi.from_dict(openapi()).get_all_operations()]


def with_whole_numbers(value: Any) -> Any:
    """Return JSON with `1.0` as `1`: the same number to JSON Schema, not to a decoder that wants an integer."""
    if isinstance(value, dict):
        return {name: with_whole_numbers(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [with_whole_numbers(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


FITS, DOES_NOT = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
CASES = [
    pytest.param(operation, mode, id=f"{operation.label}-{mode.value}")
    for operation in OPERATIONS
    for mode in ((FITS, DOES_NOT) if "requestBody" in operation.definition.raw else (FITS,))
]


@pytest.mark.parametrize(("operation", "mode"), CASES)
def test_the_service_keeps_to_its_description(service: Running, operation: Any, mode: GenerationMode) -> None:
    @BOUNDED
    @given(operation.as_strategy(generation_mode=mode))
    def keeps(case: schemathesis.Case) -> None:
        case.body = with_whole_numbers(case.body)
        case.call_and_validate(
            base_url=f"http://127.0.0.1:{service.port}",
            headers={"authorization": f"Bearer {KEY}"},
            excluded_checks=[positive_data_acceptance] if case.path == "/v1/policy" else [],
        )

    keeps()
    assert service.ask("GET", "/readyz").status == 200


def test_what_is_served_is_what_was_tested(service: Running) -> None:
    assert service.ask("GET", "/openapi.json").json() == json.loads(encode(openapi()))
