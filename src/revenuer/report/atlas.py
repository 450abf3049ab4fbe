"""Names of the MITRE ATLAS techniques that findings cite.

Source: MITRE ATLAS (atlas.mitre.org), the subset that THREATS.md lists.
"""

from collections.abc import Mapping
from types import MappingProxyType

TECHNIQUES: Mapping[str, str] = MappingProxyType(
    {
        "AML.T0008": "Acquire Infrastructure",
        "AML.T0008.005": "Acquire Infrastructure: AI Service Proxies",
        "AML.T0012": "Valid Accounts",
        "AML.T0021": "Establish Accounts",
        "AML.T0024": "Exfiltration via AI Inference API",
        "AML.T0024.002": "Exfiltration via AI Inference API: Extract AI Model",
        "AML.T0040": "AI Model Inference API Access",
        "AML.T0048.004": "External Harms: AI Intellectual Property Theft",
        "AML.T0065": "LLM Prompt Crafting",
    }
)


def technique_name(technique: str) -> str:
    """Return the technique's name, or a sentence that says it is not known here."""
    return TECHNIQUES.get(technique, "name not known to this version")
