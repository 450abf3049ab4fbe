"""What a test of marks begins with: the keys to look for, the answers' tokens, and the seed of the decoys."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from revenuer.cli.mark_labels import KeyChoice
from revenuer.cli.prove_result import ResultOptions
from revenuer.prove.marks.candidate import Candidate
from revenuer.prove.marks.key_document import read_keys
from revenuer.prove.marks.pairs import Sample, sample_of
from revenuer.prove.marks.scheme import Scheme
from revenuer.prove.marks.scheme_names import OURS
from revenuer.prove.marks.tokenizer import TextTokenizer
from revenuer.prove.plan.follow import planned_tests
from revenuer.prove.suspect import Answer
from revenuer.records import InputError, UsageError


def candidates_of(
    keys: KeyChoice, key_files: Sequence[Path], schemes: Mapping[str, type[Scheme]] = OURS
) -> list[Candidate]:
    """Return the keys of the files and those derived from the master. Raises UsageError where there are none."""
    if not keys.given and not key_files:
        raise UsageError("expected keys to look for: --master with --scheme and --labels, or --key FILE")
    given = [one for path in key_files for one in read_keys(path, schemes)]
    return given + (keys.candidates() if keys.given else [])


def sample_of_answers(
    texts: Path, answers: Sequence[Answer], tokenizer: Path | None
) -> tuple[Sample, dict[str, int]]:
    """Return the sample, and how its tokens were had."""
    if tokenizer is not None:
        split = TextTokenizer(tokenizer)
        responses = split.ids([one.text for one in answers])
        return sample_of(responses, split.ids([one.prompt for one in answers])), {
            "split_anew": len(responses)
        }
    tokens = [one.tokens for one in answers if one.tokens is not None]
    if not tokens:
        raise InputError(
            f"the answers of {texts} have no tokens; give --tokenizer, the tokenizer.json of the model that was served"
        )
    return sample_of(tokens), {"without_tokens": len(answers) - len(tokens)}


def decoy_seed(given: int | None, result: ResultOptions, test: str) -> int:
    """The user's, else the plan's, else one drawn by the system."""
    if given is not None:
        return given
    if result.plan is not None:
        return planned_tests(result.plan.plan, test)[0].seed
    return secrets.randbits(53)
