"""The words that we send: fixed, in plain English, and of no campaign in particular."""

from collections.abc import Mapping
from types import MappingProxyType

from revenuer.records.observable import ObservableKind

CAMPAIGN = "Suspected model extraction {label}"
CAMPAIGN_DESCRIPTION = (
    "Accounts that a statistical scan holds to be run by one operator who collects a model's answers to train another on. "
    "It is a claim with a known rate of error, not proof: a receiver should need evidence of its own before acting on any account."
)
INFRASTRUCTURE = "Networks of suspected model extraction {label}"
INFRASTRUCTURE_DESCRIPTION = (
    "Networks from which the accounts of the campaign sent requests. Others may use them as well."
)
INDICATORS: Mapping[ObservableKind, str] = MappingProxyType(
    {
        ObservableKind.IP: "Address in common, {label}",
        ObservableKind.IP_PREFIX: "Network in common, {label}",
        ObservableKind.EMAIL_DOMAIN: "Mail domain in common, {label}",
        ObservableKind.USER_AGENT: "Client in common, {label}",
        ObservableKind.TLS_FINGERPRINT: "TLS fingerprint in common, {label}",
    }
)
TOGETHER = "Several in common, {label}"
INDICATOR_DESCRIPTION = (
    "Accounts of the campaign held this in common. It raises suspicion and proves nothing: innocent accounts may hold it too. "
    "The kind of value is in the extension; a mail domain is that of addresses given at sign-up."
)
ADVICE = "Look for the same operator at home"
ADVICE_DESCRIPTION = (
    "Look in your own logs for accounts that hold these observables in common, judge them together and by evidence of your own, "
    "and act on none because of this report alone. Where one pool of accounts ends, look for another that begins within minutes."
)
REPORT = "Suspected model extraction {label}: report"
REPORT_DESCRIPTION = "All that we tell of this campaign."
LABELS = ("model-extraction", "distillation")
FALSE_POSITIVE = "Judged by our own evidence, this does not indicate an operator that harvests."
CONFIRMED = "Judged by our own evidence, this does indicate an operator that harvests."
