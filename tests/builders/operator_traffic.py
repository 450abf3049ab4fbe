"""Requests of an operator whose accounts send one rare instruction again and again, and of the people around them."""

from typing import Any

import numpy as np

from revenuer.simulate.exercises import tasks

INSTRUCTION = (
    "Act as the archivist of the Kestrel collection: restate the exercise in one sentence, then set out every inference that you draw as a "
    "numbered line, mark the three weakest inferences with an asterisk, and close with the answer between double angle brackets. Exercise: "
)


def people(count: int, requests: int = 1, seed: int = 1) -> list[dict[str, Any]]:
    """Return `requests` of each of so many accounts, which share nothing with one another."""
    rng = np.random.default_rng(seed)
    prompts = tasks(rng, count * requests)
    return [
        {
            "account_id": f"person-{number % count}",
            "prompt": prompt,
            "client_ip": f"198.51.{number % count // 200}.{number % count % 200}",
            "account": {"payment_fingerprint": f"card-{number % count}"},
        }
        for number, prompt in enumerate(prompts)
    ]


def operator(
    first: int, accounts: int, requests: int = 6, organization: str | None = None, seed: int = 2
) -> list[dict[str, Any]]:
    """Return requests of the accounts `first`.. of an operator: every two share a card, every three an address."""
    rng = np.random.default_rng((seed, first))
    prompts = tasks(rng, accounts * requests)
    found = []
    for number, prompt in enumerate(prompts):
        account = first + number % accounts
        found.append(
            {
                "account_id": f"pool-{account}" if organization is None else f"{organization}-{account}",
                "prompt": INSTRUCTION + prompt,
                "organization_id": organization,
                "client_ip": f"203.0.113.{account // 3}",
                "account": {"payment_fingerprint": f"pool-card-{account // 2}"},
            }
        )
    return found
