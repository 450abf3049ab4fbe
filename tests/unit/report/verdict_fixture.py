"""Verdicts on suspects: one of each outcome, one with everything, and one whose every text is hostile."""

from revenuer.records import Outcome
from revenuer.records.suspect_verdict import Effect, PlanStatus, Registration, SuspectVerdict

HOSTILE = '<b onclick="x">\u202e\u0000</script>&"\''


def positive() -> SuspectVerdict:
    return SuspectVerdict(
        test="twins",
        suspect="acme-7b",
        outcome=Outcome.POSITIVE,
        h0="The lot had no influence on what the suspect finds probable.",
        summary="The suspect knows what was released better than its twins.",
        alpha=0.0025,
        p=5e-5,
        log10_p=-4.30103,
        floor=5e-5,
        effect=Effect(name="gain", value=0.42, low=0.11, high=0.73, unit="nats a token", null=0.0),
        n={"records_given": 412, "records_tested": 400},
        assumptions=("No twin was ever published.",),
        explanations=("A published copy of the released answers.",),
        limits=("Which account asked.",),
        registration=Registration(status=PlanStatus.PRE_REGISTERED, plan_sha256="ab" * 32),
        details={
            "weighting": "rank",
            "reference": None,
            "decoy_z": [0.1 * i for i in range(30)],
            "head": {"entries": 4120, "sha256": "cd" * 32},
            "campaigns": {
                f"c{i}": {"records": 100 * i, "log10_p": -0.5 * i, "named": i > 2} for i in range(1, 5)
            },
            "rows": [{"key": "k1", "z": 0.25}, {"key": "k2", "z": None, "note": "left out"}],
            "series": [
                {
                    "name": "as records arrive",
                    "x": list(range(5000)),
                    "y": [-0.001 * i for i in range(5000)],
                    "x_label": "records",
                },
                {"name": "scores", "x": [0.3, 0.1, 0.2], "y": [1.0, 1.0, 1.0]},
            ],
        },
    )


def underflowing() -> SuspectVerdict:
    return SuspectVerdict(
        test="radioactivity",
        suspect="acme-7b",
        outcome=Outcome.POSITIVE,
        h0="Tokens meet the key by chance.",
        summary="The answers carry the mark.",
        alpha=0.01,
        p=0.0,
        log10_p=-412.3,
        floor=0.0,
        effect=Effect(name="green share", value=0.31, low=0.309, high=0.311, unit="", null=0.25),
        n={"answers": 500},
    )


def negative() -> SuspectVerdict:
    return SuspectVerdict(
        test="safety",
        suspect="acme-7b",
        outcome=Outcome.NEGATIVE,
        h0="Both refuse alike.",
        summary="No gap was found.",
        alpha=0.05,
        p=0.62,
        log10_p=-0.2076,
        effect=Effect(name="gap", value=0.0, low=0.0, high=0.0, unit="share"),
        registration=Registration(
            status=PlanStatus.DEVIATES,
            plan_sha256="ab" * 32,
            deviations=("n is 297 prompts, planned was 300",),
            why="three time-outs",
        ),
    )


def inconclusive() -> SuspectVerdict:
    return SuspectVerdict(
        test="lineage",
        suspect="acme-7b",
        outcome=Outcome.INCONCLUSIVE,
        h0="The suspect is one of the null projects.",
        summary="It is the nearest of twelve.",
        alpha=0.01,
        p=1 / 12,
        log10_p=-1.0792,
        floor=1 / 12,
        n={"null_projects": 11},
        reason="the floor is above alpha",
    )


def not_evaluated() -> SuspectVerdict:
    return SuspectVerdict(
        test="lineage",
        suspect="acme-7b",
        outcome=Outcome.NOT_EVALUATED,
        h0="The suspect is one of the null projects.",
        summary="Not evaluated.",
        alpha=0.01,
        reason="the answers are to other prompts",
    )


def hostile() -> SuspectVerdict:
    return SuspectVerdict(
        test=HOSTILE,
        suspect=HOSTILE,
        outcome=Outcome.INCONCLUSIVE,
        h0=HOSTILE,
        summary=HOSTILE,
        alpha=0.01,
        p=0.5,
        log10_p=-0.301,
        effect=Effect(name=HOSTILE, value=1.0, low=0.5, high=2.0, unit=HOSTILE),
        n={HOSTILE: 3},
        assumptions=(HOSTILE,),
        explanations=(HOSTILE,),
        limits=(HOSTILE,),
        reason=HOSTILE,
        registration=Registration(
            status=PlanStatus.DEVIATES, plan_sha256="ab" * 32, deviations=(HOSTILE,), why=HOSTILE
        ),
        details={
            HOSTILE: HOSTILE,
            "table": [{HOSTILE: HOSTILE}],
            "map": {HOSTILE: {HOSTILE: [HOSTILE, {HOSTILE: HOSTILE}]}},
            "series": [{"name": HOSTILE, "x": [1, 2], "y": [1, 2], "x_label": HOSTILE, "y_label": HOSTILE}],
        },
    )


VERDICTS = {
    "positive": positive,
    "underflowing": underflowing,
    "negative": negative,
    "inconclusive": inconclusive,
    "not evaluated": not_evaluated,
    "hostile": hostile,
}
