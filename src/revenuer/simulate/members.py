"""The accounts of a cohort: who they say they are and the clients they use, before any request is sent.

Identity values are invented: addresses are drawn from the whole unicast space without regard to who owns them, and no
field says where a person lives.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from revenuer.simulate.ragged import Floats, Ints

Objects = np.ndarray
"""One-dimensional numpy array of dtype object."""

MAIL = (
    "gmail.com",
    "outlook.com",
    "icloud.com",
    "yahoo.com",
    "proton.me",
    "gmx.net",
    "qq.com",
    "mail.ru",
    "hotmail.com",
    "web.de",
)
MAIL_WEIGHTS = (0.52, 0.15, 0.09, 0.07, 0.05, 0.03, 0.03, 0.02, 0.03, 0.01)
DISPOSABLE = (
    "mailinator.com",
    "guerrillamail.com",
    "10minutemail.com",
    "yopmail.com",
    "temp-mail.org",
    "sharklasers.com",
    "trashmail.com",
    "getnada.com",
    "dispostable.com",
    "maildrop.cc",
)
BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/148.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/151.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/26.1",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1) Mobile",
    "Mozilla/5.0 (Linux; Android 16) Chrome/148.0 Mobile",
    "Mozilla/5.0 (X11; Linux x86_64) Chrome/147.0",
    "Mozilla/5.0 (Windows NT 10.0) Edg/148.0",
)
SCRIPTS = (
    "AsyncOpenAI/Python 3.52.0",
    "OpenAI/Python 3.52.0",
    "OpenAI/Python 3.47.1",
    "python-httpx/0.29",
    "Python/3.11 aiohttp/3.14.5",
    "Python/3.12 aiohttp/3.14.2",
    "openai-node/7.3.0",
    "axios/1.12",
    "go-http-client/2.0",
    "curl/8.16",
    "okhttp/5.1",
    "langchain-python/2.4",
)
AGENTS = ("forge-cli/2.1.4", "pairwise-ide/0.88", "shellmate/1.12.0")
MODELS = ("m-large-1", "m-small-1", "m-reason-1")
NEW_MODEL = "m-large-2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Per-account columns of one cohort, all of length n. `created_s` is seconds before (-) or after the log's start.

    `addresses` (n, k): the IP of a request is one of the account's k, the first ones more often. `organization_logged`
    says whether exchanges carry the organisation or only the account table does; `sends_session` whether the client
    names its conversations (browsers and agents do, most scripts do not).
    """

    archetype: str
    role: str
    account_id: Objects
    organization_id: Objects
    created_s: Floats
    email_domain: Objects
    payment: Objects
    signup_ip: Objects
    plan: Objects
    verification: Objects
    declared_use: Objects
    campaign: Objects
    operator: Objects
    pool: Ints
    user_agent: Objects
    tls: Objects
    addresses: Objects
    model: Objects
    system_prompt: Objects
    temperature: Floats
    max_tokens: Ints
    stream: np.ndarray
    sends_session: np.ndarray
    organization_logged: np.ndarray

    def __len__(self) -> int:
        return len(self.account_id)


def tokens(rng: np.random.Generator, n: int, prefix: str, digits: int = 12) -> Objects:
    """`n` opaque ids: the prefix and random hexadecimal digits."""
    text = rng.bytes(n * digits // 2 + 1).hex()
    out = np.empty(n, dtype=object)
    out[:] = [f"{prefix}{text[i * digits : (i + 1) * digits]}" for i in range(n)]
    return out


def addresses(rng: np.random.Generator, shape: tuple[int, ...]) -> Objects:
    """Invented IPv4 addresses."""
    octets = rng.integers(1, 224, (int(np.prod(shape)), 4))
    octets[:, 0] = np.where(np.isin(octets[:, 0], (10, 127, 169, 172, 192)), 91, octets[:, 0])
    out = np.empty(len(octets), dtype=object)
    out[:] = [f"{a}.{b}.{c}.{d}" for a, b, c, d in octets.tolist()]
    return out.reshape(shape)


def filled(n: int, value: object) -> Objects:
    """A column with one value."""
    out = np.empty(n, dtype=object)
    out[:] = [value] * n
    return out


def where_or_none(condition: np.ndarray, values: Objects | str) -> Objects:
    """The values where the condition holds, elsewhere None."""
    column: Any = values
    return np.where(condition, column, filled(len(condition), None))


def choose(
    rng: np.random.Generator, items: tuple[object, ...], n: int, weights: tuple[float, ...] | None = None
) -> Objects:
    """A column of independent draws."""
    table = np.empty(len(items), dtype=object)
    table[:] = items
    return table[rng.choice(len(items), n, p=weights)]


def mostly(rng: np.random.Generator, column: Objects, other: Objects, share: float) -> Objects:
    """`column` with a random `share` of its entries taken from `other`."""
    return np.where(rng.random(len(column)) < share, other, column)


def fingerprint_of(agent: Objects, rng: np.random.Generator) -> Objects:
    """TLS fingerprints: a client's library decides it, so thousands share one; a tenth run an unusual build."""
    variants = rng.integers(0, 3, len(agent))
    rare = rng.random(len(agent)) < 0.1
    out = np.empty(len(agent), dtype=object)
    out[:] = [
        f"t13d{sum(map(ord, name)) % 89 + 10}{variant:02d}h2_{sum(i * ord(c) for i, c in enumerate(name)) % 65521:04x}{extra}"
        for name, variant, extra in zip(
            agent.tolist(),
            variants.tolist(),
            np.where(rare, rng.integers(0, 400, len(agent)), 0).tolist(),
            strict=True,
        )
    ]
    return out


def people(
    rng: np.random.Generator,
    n: int,
    archetype: str,
    *,
    horizon_s: float,
    role: str = "honest",
    web: float = 1.0,
) -> Members:
    """`n` unrelated people with common clients: a share `web` in the browser, the others with scripts.

    Accounts are up to two years old, a tenth signed up during the log. One in sixty uses disposable mail; one in five
    sits behind a carrier's shared address.
    """
    created = np.where(
        rng.random(n) < 0.16, rng.random(n) * horizon_s * 0.9, -rng.exponential(150 * 86400.0, n)
    )
    in_browser = rng.random(n) < web
    agent = np.where(in_browser, choose(rng, BROWSERS, n), choose(rng, SCRIPTS, n))
    own = addresses(rng, (n, 4))
    carrier = addresses(np.random.default_rng(4242), (60,))
    behind = rng.random(n) < 0.2
    own[behind, 1] = carrier[rng.integers(0, len(carrier), int(behind.sum()))]
    mail = mostly(rng, choose(rng, MAIL, n, MAIL_WEIGHTS), choose(rng, DISPOSABLE, n), 0.017)
    company = np.array([f"{word}.example" for word in tokens(rng, n, "co", 6)], dtype=object)
    mail = mostly(rng, mail, company, 0.12)
    plan = np.where(
        in_browser,
        choose(rng, ("free", "pro", "team"), n, (0.6, 0.34, 0.06)),
        choose(rng, ("payg", "trial", "pro", "free"), n, (0.6, 0.12, 0.16, 0.12)),
    )
    pays = ~np.isin(plan, ("free", "trial")) | (rng.random(n) < 0.25)
    signup = own[:, 0].copy()
    return Members(
        archetype=archetype,
        role=role,
        account_id=tokens(rng, n, "acct_"),
        organization_id=filled(n, None),
        created_s=created,
        email_domain=mail,
        payment=where_or_none(pays, tokens(rng, n, "card_", 10)),
        signup_ip=mostly(rng, signup, addresses(rng, (n,)), 0.35),
        plan=plan,
        verification=np.where(pays, choose(rng, ("card", "card", "business"), n, (0.6, 0.35, 0.05)), "none"),
        declared_use=filled(n, None),
        campaign=filled(n, None),
        operator=tokens(rng, n, "op_", 8),
        pool=np.zeros(n, dtype=np.int64),
        user_agent=agent,
        tls=fingerprint_of(agent, rng),
        addresses=own,
        model=choose(rng, MODELS, n, (0.55, 0.3, 0.15)),
        system_prompt=filled(n, None),
        temperature=np.where(in_browser, np.nan, rng.choice([np.nan, 0.0, 0.2, 0.7, 1.0], n)),
        max_tokens=np.where(in_browser, 4096, rng.choice([-1, 256, 512, 1024, 2048, 4096, 8192], n)).astype(
            np.int64
        ),
        stream=in_browser | (rng.random(n) < 0.4),
        sends_session=in_browser | (rng.random(n) < 0.4),
        organization_logged=np.ones(n, dtype=bool),
    )


def company(
    rng: np.random.Generator, members: Members, group: Ints, *, logged: float = 1.0, shared_card: float = 0.9
) -> dict[str, Any]:
    """Replacements that make each `group` of accounts one customer: one organisation, card, mail domain and egress.

    `logged` is the share of customers whose exchanges carry the organisation; the account table always does.
    """
    n, groups = len(members), int(group.max()) + 1
    organization, card = tokens(rng, groups, "org_", 10), tokens(rng, groups, "card_", 10)
    domain = np.array([f"{word}.example" for word in tokens(rng, groups, "co", 6)], dtype=object)
    egress = addresses(rng, (groups, 4))
    return {
        "organization_id": organization[group],
        "payment": mostly(rng, members.payment, card[group], shared_card),
        "email_domain": domain[group],
        "addresses": egress[group],
        "signup_ip": mostly(rng, members.signup_ip, egress[group][:, 0], 0.7),
        "plan": choose(rng, ("payg", "team", "enterprise"), groups)[group],
        "verification": choose(rng, ("business", "card", "kyc"), groups, (0.6, 0.3, 0.1))[group],
        "operator": tokens(rng, groups, "op_", 8)[group],
        "organization_logged": (rng.random(groups) < logged)[group],
        "pool": np.zeros(n, dtype=np.int64),
        "created_s": np.minimum(
            -np.abs(rng.normal(200, 120, groups))[group] * 86400.0 + rng.normal(0, 20 * 86400.0, n), 0.0
        ),
    }
