"""Does the suspect refuse less than the teacher? A gap between two models on the user's prompts, with the error of telling refusals bounded."""

from revenuer.prove.safety.coding import CodedAnswer, CodedPrompt, code_prompts
from revenuer.prove.safety.evaluate import SafetyOptions, safety_gap
from revenuer.prove.safety.labels_file import Labels, label_sheet, read_labels

__all__ = [
    "CodedAnswer",
    "CodedPrompt",
    "Labels",
    "SafetyOptions",
    "code_prompts",
    "label_sheet",
    "read_labels",
    "safety_gap",
]
