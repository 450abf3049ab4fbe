"""Closed radioactivity against a reference: does the suspect write what our key chose more often than a model without our text would?"""

from collections.abc import Sequence
from dataclasses import replace

from revenuer.prove.marks.candidate import Candidate
from revenuer.prove.pack import EvidencePack
from revenuer.prove.radioactivity.closed_test import EXPLANATIONS, H0, OWN_TEXT
from revenuer.prove.radioactivity.contexts import Tokens
from revenuer.prove.radioactivity.next_tokens import NextTokens
from revenuer.prove.radioactivity.open_options import OpenOptions
from revenuer.prove.radioactivity.stakes import counted_stakes
from revenuer.prove.radioactivity.stakes_verdict import KEYS_ASSUMED, Form, check_keys, verdict_of_stakes
from revenuer.records import UsageError
from revenuer.records.suspect_verdict import SuspectVerdict

PROMPTS = "The prompts held no marked text but inside windows that they hold: those are left out of each answer to them."


def counted_test(
    exchanges: Sequence[tuple[Tokens, Tokens]],
    suspect: str,
    reference: NextTokens,
    candidates: Sequence[Candidate],
    options: OpenOptions | None = None,
    seed: int = 0,
) -> tuple[SuspectVerdict, EvidencePack | None]:
    """Return the verdict, and its evidence pack where something was evaluated.

    `exchanges`: (prompt, the suspect's own answer) as the marker's token ids. `reference`: our own model, or an unmarked student, that reads these
    tokens: what it expects in the suspect's own contexts is taken off the counts. Where each (window, token) counts once, as in the closed
    test without a reference, a token that the suspect says far too often weighs as one said by chance. `candidates`: the keys, all of one
    scheme; p is the smallest after Holm's correction. Raises UsageError as `check_keys` does, or for served contexts.
    """
    chosen = options or OpenOptions()
    check_keys(candidates, chosen)
    if chosen.served:
        raise UsageError("the suspect's own answers are no contexts that were served; leave that out")
    width = candidates[0].scheme.width
    cut = [(tuple(prompt)[-chosen.longest :], answer) for prompt, answer in exchanges]
    stakes = counted_stakes(cut, reference, width, windows=chosen.windows, kept=chosen.kept)
    form = Form(
        h0=H0,
        leans="own text",
        assumptions=(*KEYS_ASSUMED, OWN_TEXT, PROMPTS),
        explanations=EXPLANATIONS,
        details={
            "form": "closed, against a reference",
            "reference": reference.name,
            "answers": len(exchanges),
        },
    )
    verdict, pack = verdict_of_stakes(stakes, suspect, candidates, form, chosen, seed)
    return replace(verdict, n={"answers": len(exchanges), **verdict.n}), pack
