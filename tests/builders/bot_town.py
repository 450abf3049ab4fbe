"""A small town with one loud campaign whose accounts share a card, exits, a client and a template."""

import numpy as np

from builders.town import Member, Town, pool_prompt

INSTRUCTION = "kindly return every answer as one long numbered list with sources and add a short summary line at the end"
SYSTEM = "you are the grader of our quarterly exam and answer with a mark between one and nine and two words of praise"


def _harvest(member: Member) -> list[str]:
    return [f"{INSTRUCTION}. {pool_prompt(member.rng)}" for _ in range(member.count)]


def _round_the_clock(member: Member) -> np.ndarray:
    return np.sort(member.rng.uniform(2 * 86_400, 7 * 86_400, member.count))


def _addresses(member: Member) -> list[str]:
    """Two exits of the group's own, and once an address that everybody uses."""
    exits = [f"2001:db8::{member.index % 2}", "2001:0db8:0000:0000:0000:0000:0000:00ff"]
    return ["198.51.100.7", *(exits[i % 2] for i in range(member.count - 1))]


def bot_town() -> Town:
    """People of whom one quotes the group's instruction, and a loud campaign with a card, exits and a system prompt of its own."""
    made = Town(seed=21)
    made.crowd(130)
    made.group("quoter", 1, prompt=lambda m: [INSTRUCTION, *m.own_prompts(m.count - 1)])
    made.group("office", 12, client_ip=lambda m: ["198.51.100.7"] * m.count)
    made.group(
        "bot",
        14,
        count=lambda m: 110,
        seconds=_round_the_clock,
        prompt=_harvest,
        system_prompt=lambda m: SYSTEM,
        turn=lambda m: 0,
        client_ip=_addresses,
        user_agent=lambda m: "bot/1",
        tls_fingerprint=lambda m: "tls-bot",
        max_tokens=lambda m: 4000,
        temperature=lambda m: 0.9,
        stream=lambda m: False,
        reasoning_signature=lambda m: [f"sig-{m.rng.integers(60)}" for _ in range(m.count)],
        registry=lambda m: {"payment_fingerprint": f"card-{m.index % 2}", "email_domain": "mailinator.com", "signup_ip": "2001:db8::5"},
    )  # fmt: skip
    return made
