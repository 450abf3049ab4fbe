"""Scores a text for what is asked of the model: reasoning traces, judging, bypass search, synthetic data.

One weak signal about a *group* of accounts; never a verdict about a prompt or a person.
"""

from revenuer.detect.intent.kernel import BLOCK_TOKENS, SCORE_LIMIT, TABLE_SLOTS, score_into
from revenuer.detect.intent.model import INTENTS, IntentModel, load_model, read_model, write_model
from revenuer.detect.intent.score import score_texts
from revenuer.detect.intent.thresholds import BACKGROUND_RATE, THRESHOLDS, positive

__all__ = [
    "BACKGROUND_RATE",
    "BLOCK_TOKENS",
    "INTENTS",
    "IntentModel",
    "SCORE_LIMIT",
    "TABLE_SLOTS",
    "THRESHOLDS",
    "load_model",
    "positive",
    "read_model",
    "score_into",
    "score_texts",
    "write_model",
]
