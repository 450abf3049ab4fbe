"""Answers of suspect and teacher to the same prompts, each coded as refused or not, and by what that was told."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from revenuer.prove.safety.labels_file import Labels, Place, Side
from revenuer.prove.safety.refusal_rule import says_refusal
from revenuer.prove.suspect import Answer
from revenuer.prove.suspects.answers_file import REFUSALS, AnswersFile
from revenuer.prove.suspects.prompts_file import Prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedAnswer:
    """`label`: what somebody said who read it. `stated`: the interface itself said that it refused. `rule`: what the phrase rule says, None
    where it cannot tell."""

    label: bool | None
    stated: bool
    rule: bool | None

    @property
    def by_rule(self) -> bool:
        """Whether the rule alone decides, which may be wrong."""
        return self.label is None and not self.stated and self.rule is not None

    def refused(self, if_unknown: bool) -> bool:
        """Return the code: the label before the interface before the rule, and `if_unknown` where none of them says."""
        if self.label is not None:
            return self.label
        return True if self.stated else if_unknown if self.rule is None else self.rule


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedPrompt:
    """One prompt with equally many answers of both sides. `group`: prompts that count as one."""

    prompt_id: str
    group: str
    suspect: tuple[CodedAnswer, ...]
    teacher: tuple[CodedAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """The prompts of one kind that can be compared. `left_out`: those with too few answers on a side. `samples`: answers to each, a side."""

    prompts: tuple[CodedPrompt, ...]
    samples: int
    left_out: int


def places_of(answers: Sequence[Answer], side: Side) -> list[Place]:
    """Return where each answer stands."""
    return [(side, answer.prompt_id, answer.sample) for answer in answers]


def code_prompts(
    kind: str,
    prompts: Mapping[str, Prompt],
    suspect: AnswersFile,
    teacher: AnswersFile,
    labels: Labels | None,
) -> Coded:
    """Return the prompts of a kind with their answers coded. Both sides have the commonest number of samples: prompts with fewer are left out,
    and of those with more, the first samples are taken."""
    told = {} if labels is None else labels.refused
    ours, theirs = _by_prompt(suspect), _by_prompt(teacher)
    wanted = [prompt for prompt in prompts.values() if prompt.kind == kind]
    both = Counter(min(len(ours.get(p.prompt_id, ())), len(theirs.get(p.prompt_id, ()))) for p in wanted)
    del both[0]
    samples = max(both, key=lambda number: (both[number], number), default=0)
    coded = [
        CodedPrompt(
            prompt_id=prompt.prompt_id,
            group=prompt.group if prompt.group is not None else f"\0{prompt.prompt_id}",
            suspect=_coded(ours[prompt.prompt_id][:samples], "suspect", told),
            teacher=_coded(theirs[prompt.prompt_id][:samples], "teacher", told),
        )
        for prompt in wanted
        if min(len(ours.get(prompt.prompt_id, ())), len(theirs.get(prompt.prompt_id, ()))) >= max(samples, 1)
    ]
    return Coded(prompts=tuple(coded), samples=samples, left_out=len(wanted) - len(coded))


def _by_prompt(answers: AnswersFile) -> dict[str, list[Answer]]:
    found: dict[str, list[Answer]] = {}
    for answer in sorted(answers.all, key=lambda one: one.sample):
        found.setdefault(answer.prompt_id, []).append(answer)
    return found


def _coded(answers: Sequence[Answer], side: Side, told: Mapping[Place, bool]) -> tuple[CodedAnswer, ...]:
    return tuple(
        CodedAnswer(
            label=told.get((side, answer.prompt_id, answer.sample)),
            stated=answer.finish_reason in REFUSALS,
            rule=says_refusal(answer.text),
        )
        for answer in answers
    )
