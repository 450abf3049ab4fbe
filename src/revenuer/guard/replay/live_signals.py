"""What the guard's sources of evidence on an operator are called in a result, and who looks the same without being guilty."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSignal:
    """One source: its name in campaigns.json, family, look-alike, the ATLAS techniques it points to, and what would speak against it."""

    name: str
    family: str
    look_alike: str
    techniques: tuple[str, ...]
    doubt: str


BY_SOURCE = {
    "replay": LiveSignal(
        name="signature_replay",
        family="replay",
        look_alike="none known but a customer's own keys of one organisation, which are left out",
        techniques=("AML.T0008.005",),
        doubt="A log in which reasoning signatures are shared by mistake, or accounts that turn out to be one customer's own.",
    ),
    "linked": LiveSignal(
        name="linked_accounts",
        family="registration",
        look_alike="offices, universities and carriers behind one address; company cards; VPN users",
        techniques=("AML.T0021",),
        doubt="One office, class or company to which the accounts that share addresses or cards belong.",
    ),
    "template": LiveSignal(
        name="shared_instruction",
        family="template",
        look_alike="a SaaS wrapper or a public coding agent: one system prompt, thousands of honest users; a viral prompt template",
        techniques=("AML.T0065",),
        doubt="A public tool or prompt collection that sends the shared instruction.",
    ),
    "scan": LiveSignal(
        name="scan",
        family="scan",
        look_alike="any that the scan's own report names for this campaign",
        techniques=(),
        doubt="A scan of a longer log that no longer finds the campaign.",
    ),
}
"""By the kind of source that the books know."""
