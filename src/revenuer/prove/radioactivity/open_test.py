"""Open radioactivity: does the suspect's next-token distribution lean towards what our key chose, more than a model without our text does?"""

from collections.abc import Sequence

from revenuer.prove.marks.candidate import Candidate
from revenuer.prove.pack import EvidencePack
from revenuer.prove.radioactivity.contexts import Tokens, places_of
from revenuer.prove.radioactivity.next_tokens import NextTokens
from revenuer.prove.radioactivity.open_options import OpenOptions
from revenuer.prove.radioactivity.stakes import stakes_of
from revenuer.prove.radioactivity.stakes_verdict import (
    EXPLANATIONS,
    KEYS_ASSUMED,
    Form,
    check_keys,
    verdict_of_stakes,
)
from revenuer.records.suspect_verdict import SuspectVerdict

H0 = (
    "The suspect's weights owe nothing to our keys, which were drawn at random: after each window its next-token distribution meets a key's "
    "draws by chance alone."
)
ASSUMPTIONS = (
    *KEYS_ASSUMED,
    "Windows are asked about only in contexts that do not hold them earlier, so that nothing was copied from the context.",
    "The suspect reads the same token ids as the marker wrote.",
)
FREE = "The texts that the contexts were taken from were not written under these keys."
SERVED = (
    "The contexts were taken from marked text, each window's from its first place in the log: whatever chose it was drawn before the window's own "
    "draws were used. p is the inverse of a bet, valid under that order."
)


def open_test(
    exchanges: Sequence[tuple[Tokens, Tokens]],
    suspect: NextTokens,
    reference: NextTokens,
    candidates: Sequence[Candidate],
    options: OpenOptions | None = None,
    seed: int = 0,
) -> tuple[SuspectVerdict, EvidencePack | None]:
    """Return the verdict, and its evidence pack where something was evaluated.

    `exchanges`: (prompt, response) token ids, in the order of the log. `candidates`: the keys, all of one scheme: one, or an account's each; p is the
    smallest after Holm's correction. `seed`: of the decoys. `reference`: the base that the suspect was made from, an unmarked
    student, or the marked model itself without its mark; it matters for power alone.

    Raises UsageError for no keys, keys of several schemes, or several keys with served contexts, which are of one key's log.
    Source: T. Sander et al., Watermarking makes language models radioactive, NeurIPS 2024 (open model); the subtraction of a reference, the exact
    tail bound and the bet for served contexts are ours.
    """
    chosen = options or OpenOptions()
    check_keys(candidates, chosen)
    places = places_of(
        exchanges,
        candidates[0].scheme.width,
        windows=chosen.windows,
        per_window=chosen.per_window,
        served=chosen.served,
        longest=chosen.longest,
    )
    stakes = stakes_of(places, suspect, reference, kept=chosen.kept)
    form = Form(
        h0=H0,
        leans="next-token distribution",
        assumptions=(*ASSUMPTIONS, SERVED if chosen.served else FREE),
        explanations=EXPLANATIONS,
        details={
            "form": "open",
            "contexts": "served" if chosen.served else "free of the keys",
            "reference": reference.name,
        },
    )
    return verdict_of_stakes(stakes, suspect.name, candidates, form, chosen, seed)
