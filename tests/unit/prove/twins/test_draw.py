"""Drawing: the lot falls before the texts, all draws are treated alike, a failed draw seals nothing."""

import json
from pathlib import Path

import pytest

from builders.twin_logs import empty_log
from revenuer.prove.suspect import Answer
from revenuer.prove.twins import campaign_to_draw_for, draw_twins, is_sampled, open_records
from revenuer.prove.twins.twin_log import LOG_FILE
from revenuer.records import Action, Decision, InputError


class Model:
    """Our own model: says which draw it is, and fails where it is told to. Looks into the log while it is asked."""

    name = "model"

    def __init__(self, log_file: Path | None = None, failing: tuple[int, ...] = ()) -> None:
        self.log_file = log_file
        self.failing = failing
        self.seen: list[list[str]] = []
        self.ids: list[str] = []

    def answers(self, asks):
        if self.log_file is not None:
            self.seen.append([json.loads(line)["kind"] for line in self.log_file.read_bytes().splitlines()])
        self.ids += [ask.prompt_id for ask in asks]
        for ask in reversed(asks):
            if ask.sample not in self.failing:
                yield Answer(
                    prompt_id=ask.prompt_id,
                    prompt=ask.prompt,
                    text=f" {ask.prompt} {ask.sample} ",
                    sample=ask.sample,
                    finish_reason="stop",
                )


def test_the_lot_falls_before_the_texts_exist_and_the_record_holds_all_of_them(tmp_path: Path) -> None:
    log = empty_log(tmp_path / "log")
    model = Model(tmp_path / "log" / LOG_FILE)
    releases = [
        draw_twins(model, "hello", log, campaign="C-1", twins=2, finish=str.strip, parameters="t=1")
        for _ in range(3)
    ]
    assert model.seen == [["start", "reserve"], ["start", "reserve", "seal", "reserve"], model.seen[2]]
    opened = open_records(tmp_path / "log")
    for record, release in zip(opened.records, releases, strict=True):
        assert record.texts == ("hello 0", "hello 1", "hello 2")
        assert record.finish_reasons == ("stop",) * 3
        assert record.parameters == "t=1"
        assert release.sealed
        assert release.text == record.texts[record.released]
        assert release.reservation == record.index
    assert len(set(model.ids)) == 3


@pytest.mark.parametrize("failing", [(0,), (1,), (2,), (0, 2)])
def test_a_failed_draw_seals_nothing_and_the_client_is_served(
    tmp_path: Path, failing: tuple[int, ...]
) -> None:
    log = empty_log(tmp_path / "log")
    release = draw_twins(Model(failing=failing), "hello", log, campaign="C-1", twins=2, finish=str.strip)
    assert not release.sealed
    assert f"{len(failing)} of 3 draws failed" in release.reason
    assert release.text.startswith("hello ")
    opened = open_records(tmp_path / "log")
    assert opened.records == ()
    assert opened.unsealed == {"C-1": 1}


def test_no_answer_at_all_is_an_error(tmp_path: Path) -> None:
    log = empty_log(tmp_path / "log")
    with pytest.raises(InputError, match="no answer to any of 4 draws"):
        draw_twins(Model(failing=(0, 1, 2, 3)), "hello", log, campaign="C-1")


def test_a_writer_that_answers_twice_is_an_error(tmp_path: Path) -> None:
    class Twice(Model):
        def answers(self, asks):
            yield from super().answers(asks)
            yield from super().answers(asks)

    with pytest.raises(InputError, match="twice"):
        draw_twins(Twice(), "hello", empty_log(tmp_path / "log"), campaign="C-1")


def decision(request: str, campaign: str | None) -> Decision:
    return Decision(
        request_id=request,
        timestamp=0,
        account_id="a",
        action=Action.OBSERVE,
        would=Action.OBSERVE,
        reason="because",
        campaign_id=campaign,
    )


def test_twins_are_drawn_for_a_share_of_suspected_requests_alone(tmp_path: Path) -> None:
    log = empty_log(tmp_path / "log")
    chosen = [campaign_to_draw_for(decision(f"r{i}", "C-1"), log, 0.5) for i in range(200)]
    assert set(chosen) == {"C-1", None}
    assert [c is not None for c in chosen] == [is_sampled(log.seed, f"r{i}", 0.5) for i in range(200)]
    assert all(campaign_to_draw_for(decision(f"r{i}", None), log, 1.0) is None for i in range(20))
