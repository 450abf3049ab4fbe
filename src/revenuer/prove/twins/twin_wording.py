"""What the audit of twins says of itself: its null hypothesis, what must hold, what else would explain it."""

from revenuer.prove.twins.lot_verdict import Wording

_H0 = (
    "Which of the equally drawn answers the lot released to the campaign had no influence on {measured}: as it is for every model that was "
    "trained on none of the released texts, including students of the same teacher on the same prompts with other samples."
)
_EXPLANATIONS = (
    "The suspect was trained on text that we released to the campaign, but got it from somebody else: a published or resold copy, or the web. "
    "The test says whose released answers were learnt, not who collected them.",
    "The suspect's operator serves it with a store of our released answers (retrieval, cache): then its answers contain them, its weights do not.",
    "Whoever keeps the log falsified it before its head was dated: drew again until the lot fell as wished, or wrote texts that the model never "
    "drew. The lots rule out a choice after the fact, not a forgery at the time; drawing again with the sealed parameters tests for it.",
)


def twin_wording(test: str, measured: str) -> Wording:
    """Return the words. `measured`: what is compared between released answers and twins."""
    return Wording(
        test=test,
        thing="records",
        h0=_H0.format(measured=measured),
        known=(
            "The suspect knows what was released to {campaigns} better than the unreleased twins ({p}; {n}): it was trained on text that we "
            "released to this campaign, from whomever it had it."
        ),
        unknown="The suspect does not tell what was released from its unreleased twins ({p})",
        assumptions=(
            "Each record's answers were drawn from the same model with the same prompt, parameters and post-processing, and nothing touched "
            "them after the lot.",
            "The lots follow from the seed that the log's first line commits to, and the log's head was published or dated by somebody else "
            "before the suspect was asked.",
            "All sealed records of the named campaigns were given, not a choice among them made after a look at the suspect.",
            "No twin was ever published.",
        ),
        unchecked="The records were given without their log: nobody checked that they were sealed, nor what the lots were.",
        explanations=_EXPLANATIONS,
    )
