"""The accounts of one operator: bought, generated and disguised, sharing as much as the operator was careless."""

from dataclasses import dataclass, replace

import numpy as np

from revenuer.simulate.members import (
    AGENTS,
    BROWSERS,
    DISPOSABLE,
    SCRIPTS,
    Members,
    addresses,
    choose,
    filled,
    fingerprint_of,
    mostly,
    people,
    tokens,
    where_or_none,
)
from revenuer.simulate.ragged import Ints
from revenuer.simulate.setting import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Disguise:
    """How much of each attribute the operator's accounts share, as probabilities; `web` is the share that poses as a browser."""

    cards: float = 0.5
    egress: float = 0.4
    mail: float = 0.4
    client: float = 0.6
    burst: float = 0.5
    web: float = 0.3


def operator_accounts(
    setting: Setting,
    rng: np.random.Generator,
    n: int,
    name: str,
    disguise: Disguise,
    pool: Ints | None = None,
    fresh_s: float | None = None,
) -> Members:
    """`n` accounts of the campaign `name`. Each disguise is varied by seed and scaled by the setting's `identity`.

    Cards: about one virtual card for nine accounts. Egress: a pool of residential proxies that a third of VPN users also
    meet. Mail: disposable domains and one own catch-all. Burst: sign-ups in a few nights before `fresh_s`.
    """
    strength = setting.identity * rng.uniform(0.6, 1.3)
    members = people(rng, n, name, horizon_s=setting.horizon_s, role="campaign", web=disguise.web)

    def shares(probability: float) -> float:
        return float(min(0.95, probability * strength))

    few = max(1, n // 9)
    cards = tokens(rng, few, "card_", 10)[rng.integers(0, few, n)]
    proxies = addresses(rng, (max(6, n // 2),))
    exits = addresses(np.random.default_rng([setting.seed, 99]), (45,))
    proxies[: len(proxies) // 6] = exits[rng.integers(0, len(exits), len(proxies) // 6)]
    through = rng.random(n) < shares(disguise.egress)
    own = members.addresses.copy()
    own[through] = proxies[rng.integers(0, len(proxies), (int(through.sum()), own.shape[1]))]
    catch_all = np.append(choose(rng, DISPOSABLE, 3), f"{tokens(rng, 1, 'mx', 6)[0]}.example")
    nights = (
        -rng.uniform(1, 40, 3) * 86400.0 if fresh_s is None else fresh_s - rng.uniform(0.1, 6, 3) * 86400.0
    )
    born = nights[rng.integers(0, 3, n)] + rng.exponential(5400.0, n)
    late = members.created_s > 0
    created = np.where(late, -rng.exponential(90 * 86400.0, n), members.created_s)
    kit = choose(rng, SCRIPTS, 1)[0]
    agent = np.where(
        (rng.random(n) < shares(disguise.client)) & ~np.isin(members.user_agent, BROWSERS),
        kit,
        members.user_agent,
    )
    tls = fingerprint_of(agent, rng)
    tls = np.where(
        (agent == kit) & (rng.random(n) < shares(disguise.client)), tls[np.argmax(agent == kit)], tls
    )
    paid = np.array([card is not None for card in members.payment])
    return replace(
        members,
        payment=where_or_none(paid, mostly(rng, members.payment, cards, shares(disguise.cards))),
        addresses=own,
        signup_ip=mostly(
            rng, members.signup_ip, proxies[rng.integers(0, len(proxies), n)], shares(disguise.egress)
        ),
        email_domain=mostly(
            rng, members.email_domain, catch_all[rng.integers(0, len(catch_all), n)], shares(disguise.mail)
        ),
        created_s=np.where(rng.random(n) < shares(disguise.burst), born, created),
        user_agent=agent,
        tls=tls,
        campaign=filled(n, name),
        operator=filled(n, tokens(rng, 1, "op_", 8)[0]),
        pool=np.zeros(n, dtype=np.int64) if pool is None else pool,
    )


def behind_agents(rng: np.random.Generator, n: int) -> np.ndarray:
    """Client strings of the public agents, for relays whose users run them."""
    return choose(rng, AGENTS, n)
