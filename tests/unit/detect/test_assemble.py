from revenuer.detect.assemble import reasons
from revenuer.records import Evidence, Outcome


def answer(signal: str, family: str, weight: float, outcome: Outcome = Outcome.POSITIVE) -> Evidence:
    return Evidence(
        signal=signal,
        family=family,
        outcome=outcome,
        log10_bayes_factor=weight,
        summary=signal,
        look_alike="",
        request_ids=(),
    )


def named(*evidence: Evidence) -> list[str]:
    return [e.signal for e in reasons(evidence)]


def test_what_a_group_asks_for_is_said_before_heavier_evidence() -> None:
    assert named(
        answer("disposable_mail", "registration", 3.0),
        answer("shared_payment", "payment", 2.5),
        answer("work_partition", "partition", 1.5),
        answer("shared_template", "template", 1.0),
    ) == ["shared_template", "disposable_mail", "shared_payment", "work_partition"]


def test_each_family_is_heard_once_and_volume_never() -> None:
    assert named(
        answer("harvest_volume", "volume", 4.0),
        answer("lockstep", "time", 3.0),
        answer("disposable_mail", "registration", 2.0),
        answer("common_window", "time", 1.0),
        answer("judging", "intent", -1.0, Outcome.NEGATIVE),
    ) == ["lockstep", "disposable_mail"]
