"""Who may use which route, and whose word on a caller is believed."""

from collections.abc import Iterable

from revenuer.guard.http.answer import Answer, fault
from revenuer.guard.http.asgi import SUBJECT, Scope, header
from revenuer.guard.http.keys import KeyRing, Role
from revenuer.guard.trusted_proxies import TrustedProxies

_CHALLENGE = (b"www-authenticate", b'Bearer realm="revenuer guard"')


class Gate:
    """`keys`: None = none are in use: then those on this machine (`local`) and trusted proxies may ask for decisions, and nobody may
    administer without a certificate. `subjects`: common names of client certificates that may administer."""

    def __init__(
        self,
        keys: KeyRing | None,
        proxies: TrustedProxies,
        *,
        local: bool = False,
        subjects: Iterable[str] = (),
    ) -> None:
        self.keys = keys
        self.proxies = proxies
        self._local = local
        self._subjects = frozenset(subjects)
        self._refused = fault(401, "a valid API key is needed here: `Authorization: Bearer KEY`", _CHALLENGE)
        self._insufficient = fault(
            403, "this API key may not do this; ask whoever runs the guard", _CHALLENGE
        )

    def refuse(self, scope: Scope, role: Role) -> Answer | None:
        """Return why the caller may not act in `role`, or None where it may."""
        subject = scope.get(SUBJECT)
        if subject is not None and subject in self._subjects:
            return None
        if self.keys is None:
            if role is Role.DECIDE and (self._local or self.trusts(scope)):
                return None
            return self._refused
        holder = self.keys.holder(_presented(scope))
        if holder is None:
            return self._refused
        return None if holder.role in (role, Role.ADMIN) else self._insufficient

    def caller(self, scope: Scope) -> str:
        """Return the name of whoever administers, for the log."""
        subject = scope.get(SUBJECT)
        if subject is not None and subject in self._subjects:
            return str(subject)
        holder = None if self.keys is None else self.keys.holder(_presented(scope))
        return "nobody" if holder is None else holder.name

    def trusts(self, scope: Scope) -> bool:
        """Return whether what the peer says of a caller is believed."""
        return self.proxies.trusts(peer_of(scope))


def peer_of(scope: Scope) -> str | None:
    """Return the address of the other end of the connection."""
    client = scope.get("client")
    return str(client[0]) if client else None


def _presented(scope: Scope) -> bytes:
    value = header(scope, b"authorization")
    if value is not None and value[:7].lower() == b"bearer ":
        return value[7:].strip()
    return header(scope, b"x-api-key") or b""
