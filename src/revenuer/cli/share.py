"""`revenuer share ...`: exchange campaign indicators with peer labs."""

import click

from revenuer.cli.lazy_group import LazyGroup

COMMANDS: dict[str, str] = {
    "answer": "tell a partner what their claims were worth here",
    "check": "tell which objects of a peer's STIX bundle are sound, and why others are not",
    "claims": "write what partners claim now, for scan and the guard",
    "collect": "take in what partners put into a collection of our server",
    "credential": "make, list and revoke partners' tokens for our server",
    "dispute": "note that a partner's claim was wrong",
    "export": "write what a partner may be told of a scan's campaigns as a STIX bundle",
    "head": "print the heads of all release chains, or compare them with another reader's",
    "init": "make a house: who we are, our partners, policy and keys",
    "inventory": "list what our own accounts hold in common, to ask peers about",
    "key": "make, rotate, revoke and publish our signing keys",
    "ledger": "show, check and export the ledger of all that left the house",
    "match": "learn which of our values a partner's campaigns have too, without telling either side the others",
    "match-set": "build and show what a partner may match against",
    "preview": "show what a partner would get, why each field may leave, and what is withheld",
    "publish": "put STIX objects into a collection of our server",
    "pull": "fetch what a partner's server has for us",
    "push": "send STIX objects to a partner's server",
    "revoke": "take back what a partner was told",
    "serve": "our TAXII 2.1 server",
    "served": "who got which object versions from our server",
    "status": "per partner what came, what matched, what helped, what was wrong",
    "used": "note which claims helped a scan",
}


@click.group(cls=LazyGroup, listed=COMMANDS, prefix="share_", name="share")
def command() -> None:
    """Tell peers about campaigns, and hear of theirs, without leaking a customer.

    HOUSE is a folder made by `revenuer share init`. Exit codes: 0 nothing found, 1 something found (a match, a fault in a chain), 2 usage or bad input.
    """
