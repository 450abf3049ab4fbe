"""Prompt families as keyed hashes: who has the key finds his own spans among them, who has not finds nothing."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.shared_scan import SPANS, objects_of, shop
from revenuer.records import InputError
from revenuer.share.stix import (
    AboutCampaign,
    PromptFamily,
    SpanKey,
    bands_of,
    extension_of,
    match_family,
    read_span_key,
)
from revenuer.share.stix.families import BANDS

KEY, OTHER = SpanKey(b"ab" * 32), SpanKey(b"cd" * 32)


def family(tmp_path: Path) -> PromptFamily:
    (campaign,) = objects_of(shop(tmp_path).released(), "campaign")
    about = extension_of(campaign)
    assert isinstance(about, AboutCampaign)
    return about.families[0]


def test_own_spans_are_found_again(tmp_path: Path) -> None:
    found = match_family(family(tmp_path), [*SPANS[:5], "never seen here before"], KEY)
    assert found.spans == tuple(sorted(SPANS[:5]))


def test_the_overlap_is_estimated_from_bands_alone(tmp_path: Path) -> None:
    import msgspec

    bands = msgspec.structs.replace(family(tmp_path), span_hashes=())
    whole = match_family(bands, SPANS, KEY)
    assert (whole.spans, whole.bands_in_common, whole.jaccard) == ((), BANDS, 1.0)
    none = match_family(bands, [f"other words in here {i}" for i in range(20)], KEY)
    assert none.jaccard == 0.0


def test_another_key_is_refused_and_finds_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=OTHER.key_id):
        match_family(family(tmp_path), SPANS, OTHER)
    assert not {OTHER.span_hash("span", span) for span in SPANS} & set(family(tmp_path).span_hashes)


def test_kinds_do_not_mix() -> None:
    assert KEY.span_hash("span", "a b c d") != KEY.span_hash("system_span", "a b c d")


def test_few_spans_give_no_bands() -> None:
    assert bands_of(["0" * 32, "1" * 32, "2" * 32, "2" * 32]) == ()


@settings(max_examples=40, deadline=None)
@given(common=st.integers(0, 120), only=st.integers(1, 120), seed=st.integers(0, 10**6))
def test_the_estimate_is_near_the_truth(common: int, only: int, seed: int) -> None:
    """32 bands of two: the standard error of sqrt(p) is at most 1 / (2 sqrt(32)); five of them."""
    one = [KEY.span_hash("span", f"{seed} {i}") for i in range(common + only)]
    other = one[:common] + [KEY.span_hash("span", f"{seed} other {i}") for i in range(only)]
    if min(len(one), len(other)) < 4:
        return
    agreeing = sum(a == b for a, b in zip(bands_of(one), bands_of(other), strict=True))
    truth = common / (common + 2 * only)
    assert abs((agreeing / BANDS) ** 0.5 - truth) < max(5 / (2 * 32**0.5), 0.35)


def test_a_key_does_not_show() -> None:
    assert "ab" * 8 not in repr(KEY)
    assert KEY.key_id not in ("ab" * 32)


def test_keys_in_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="openssl rand"):
        read_span_key(tmp_path / "absent")
    (tmp_path / "short").write_text("abc\n")
    with pytest.raises(InputError, match="holds 3 bytes"):
        read_span_key(tmp_path / "short")
    (tmp_path / "key").write_text("ab" * 32 + "\n")
    assert read_span_key(tmp_path / "key") == KEY


def test_bands_stay_as_they_are() -> None:
    """Houses of different versions compare bands: a change of these is a new algorithm."""
    assert bands_of(KEY.span_hash("span", span) for span in SPANS)[:2] == (
        "852ee8ca72121a4e",
        "c8be42ae804e1516",
    )
    assert KEY.span_hash("span", SPANS[0]) == "9e0249882c79ae98aed29395bf1ed321"
