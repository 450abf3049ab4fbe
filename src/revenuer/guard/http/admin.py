"""What whoever runs the guard may do over HTTP: see measures, grant appeals, change the policy, have the index read anew."""

import logging
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import msgspec

from revenuer.guard.guard import Guard
from revenuer.guard.http.answer import Answer, fault, told
from revenuer.guard.http.asgi import Scope
from revenuer.guard.http.clock import Clock
from revenuer.guard.http.gate import Gate
from revenuer.guard.http.index_file import IndexFile, Look
from revenuer.guard.http.keys import Role
from revenuer.guard.http.policy_source import digest_of, policy_of, replace_file
from revenuer.guard.http.wire import AppealIn, MeasuresOut, PolicyOut, StateOut
from revenuer.guard.policy import Policy
from revenuer.guard.policy.read import policy_bytes
from revenuer.records import InputError

PAGE = 1000
"""Measures on one page."""


class Admin:
    """`index`: the campaign index's file, None where none is in use. Every route needs the role admin."""

    def __init__(self, guard: Guard, gate: Gate, clock: Clock) -> None:
        self._guard = guard
        self._gate = gate
        self._clock = clock
        self._log = logging.getLogger("revenuer.guard")
        self._policy_path: Path | None = None
        self._policy_text: bytes | None = None
        self._appeal = msgspec.json.Decoder(AppealIn).decode
        self.index: IndexFile | None = None

    def take_policy(self, path: Path) -> None:
        """Put the policy in `path` in force; `PUT /v1/policy` will then replace that file. Raises InputError."""
        text = policy_bytes(path)
        self._guard.set_policy(policy_of(text, path.name, self._clock()))
        self._policy_path, self._policy_text = path, text

    async def measures(self, scope: Scope, body: bytes) -> Answer:
        """Return the measures in force, by account."""
        if (refusal := self._gate.refuse(scope, Role.ADMIN)) is not None:
            return refusal
        after = parse_qs(scope["query_string"].decode("latin-1")).get("after", [""])[0]
        now = self._clock()
        standing = self._guard.state.standing
        accounts = sorted(name for name, one in standing.items() if name > after and one.in_force(now))
        page = accounts[:PAGE]
        further = page[-1] if len(accounts) > PAGE else None
        return told(200, MeasuresOut(measures=[standing[name] for name in page], next=further))

    async def appeals(self, scope: Scope, body: bytes) -> Answer:
        """Lift the measure against an account. Raises InputError."""
        if (refusal := self._gate.refuse(scope, Role.ADMIN)) is not None:
            return refusal
        try:
            appeal = self._appeal(body)
        except msgspec.DecodeError as error:
            raise InputError(f"the body does not fit: {error}; /openapi.json says what does") from error
        try:
            self._guard.lift(appeal.account_id, appeal.owner, appeal.why, self._clock())
        except KeyError:
            return fault(404, "nothing stands against this account; GET /v1/measures lists what stands")
        self._log.info(
            "appeal granted",
            extra={
                "account_id": appeal.account_id,
                "owner": appeal.owner,
                "caller": self._gate.caller(scope),
            },
        )
        return told(200, StateOut(status="lifted"))

    async def get_policy(self, scope: Scope, body: bytes) -> Answer:
        """Return the policy in force."""
        if (refusal := self._gate.refuse(scope, Role.ADMIN)) is not None:
            return refusal
        return told(200, self._shown())

    async def put_policy(self, scope: Scope, body: bytes) -> Answer:
        """Put a policy in force, and in place of its file where it came from one. Raises InputError or ResourceError."""
        if (refusal := self._gate.refuse(scope, Role.ADMIN)) is not None:
            return refusal
        policy = policy_of(body, "policy", self._clock())
        if self._policy_path is not None:
            replace_file(self._policy_path, body)
        caller = self._gate.caller(scope)
        self._guard.set_policy(policy, caller)
        self._policy_text = body
        self._log.info("policy changed", extra={"sha256": digest_of(body), "caller": caller})
        return told(200, self._shown())

    async def reload_index(self, scope: Scope, body: bytes) -> Answer:
        """Take the campaign index anew from the file that the service was started with."""
        if (refusal := self._gate.refuse(scope, Role.ADMIN)) is not None:
            return refusal
        if self.index is None:
            return fault(409, "the service was started without a campaign index; start it with --index FILE")
        found = await self.index.look()
        if found is Look.BAD:
            return fault(422, f"{self.index.fault}; the old index stays")
        return told(200, StateOut(status=found.value))

    def _shown(self) -> PolicyOut:
        text = self._policy_text
        return PolicyOut(
            policy=_settings(self._guard.state.policy),
            sha256=None if text is None else digest_of(text),
            toml=None if text is None else text.decode("utf-8"),
        )


def _settings(policy: Policy) -> dict[str, Any]:
    return {field.name: getattr(policy, field.name) for field in fields(policy)}
