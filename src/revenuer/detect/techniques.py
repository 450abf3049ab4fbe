"""MITRE ATLAS techniques that a campaign's evidence maps to, and what to do about it."""

from revenuer.records import Evidence, Outcome

ALWAYS = ("AML.T0024.002", "AML.T0040")
BY_SIGNAL = {
    "shared_address": "AML.T0008.005",
    "relayed_sessions": "AML.T0008.005",
    "signature_replay": "AML.T0008.005",
    "signup_burst": "AML.T0021",
    "disposable_mail": "AML.T0021",
    "shared_payment": "AML.T0021",
    "cot_elicitation": "AML.T0065",
    "bypass_search": "AML.T0065",
    "shared_template": "AML.T0065",
    "judging": "AML.T0065",
}


def techniques(evidence: tuple[Evidence, ...]) -> tuple[str, ...]:
    """Return the ATLAS ids of extraction itself and of every positive signal, sorted."""
    found = {BY_SIGNAL[e.signal] for e in evidence if e.outcome is Outcome.POSITIVE and e.signal in BY_SIGNAL}
    return tuple(sorted(found | set(ALWAYS)))
