"""Ways to a suspect: a file of its answers or scores, an OpenAI-compatible endpoint, open weights."""

from revenuer.prove.suspects.answers_file import AnswerCounts, AnswersFile, read_answers
from revenuer.prove.suspects.pairs_file import PairsFile, read_pairs
from revenuer.prove.suspects.prompt_form import PLAIN, PromptForm, parse_form
from revenuer.prove.suspects.prompts_file import Prompt, PromptsFile, read_prompts
from revenuer.prove.suspects.sampling import Sampling
from revenuer.prove.suspects.scores_file import ScoresFile, read_scores, scores_bytes
from revenuer.prove.suspects.weights import Weights, load_weights

__all__ = [
    "PLAIN",
    "AnswerCounts",
    "AnswersFile",
    "PairsFile",
    "Prompt",
    "PromptForm",
    "PromptsFile",
    "Sampling",
    "ScoresFile",
    "Weights",
    "load_weights",
    "parse_form",
    "read_answers",
    "read_pairs",
    "read_prompts",
    "read_scores",
    "scores_bytes",
]
