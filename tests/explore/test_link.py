"""The page's address: any view survives its link, old links open, nothing in one can fail."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kws_core.explore.controls import CHOICES, NUMBERS
from kws_core.explore.fitting import fit
from kws_core.explore.link import Opened, from_query, to_query
from kws_core.explore.settings import ViewSettings
from kws_core.explore.views import NAMES, named
from tests.helpers.explore_settings import ALL_PRESETS, values


def opened(**query: str) -> Opened:
    return from_query({name: [value] for name, value in query.items()})


def test_the_first_view_needs_no_parameters() -> None:
    assert to_query(Opened()) == {}
    assert from_query({}) == Opened()


@settings(max_examples=50, deadline=None)
@given(values(), st.lists(st.sampled_from(NAMES), unique=True))
def test_any_view_survives_its_link(wanted: dict[str, Any], names: list[str]) -> None:
    view = Opened(fit(wanted)[0], tuple(view.name for view in named(names)))
    assert from_query(to_query(view)) == view


def test_clips_and_parts_are_read() -> None:
    found = opened(clip="yes", other="no", part="0.250-0.500", selection="0-61.125")
    assert (found.clip, found.other, found.part) == ("yes", "no", (0.25, 0.5))
    assert found.settings.selection == (0.0, 61.125)
    assert found.messages == ()


@ALL_PRESETS
def test_a_preset_opens_by_its_name(known: Any) -> None:
    assert opened(preset=known.name).settings == known.settings


def test_links_of_earlier_versions_open() -> None:
    old = opened(
        views="mel,zero-crossings,3-d",
        preset="music",
        n_mels="64",
        centred="0",
        colour_map="grey",
        mfcc_rows="no-c0",
        part="1.000-2.000",
    )
    assert old.views == ("mel", "zero-crossings")
    assert old.settings.n_fft == 4096
    assert (old.settings.n_mels, old.settings.centered) == (64, False)
    assert (old.settings.color_map, old.settings.mfcc_rows) == ("gray", "no C0")
    assert old.part == (1.0, 2.0)
    assert opened(views="none").views == ()
    assert opened(views="x").views == ("spectrogram",)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"n_fft": "abc"}, "n_fft=abc (it is one of 128"),
        ({"n_fft": "500"}, "n_fft=500"),
        ({"hop_length": "1e3"}, "it is a whole number"),
        ({"hop_length": "999999999999"}, "hop_length was lowered to"),
        ({"win_length": "٣٢"}, "it is a whole number"),
        ({"f_max": "inf"}, "it is a number"),
        ({"f_max": "fast"}, "it is a number"),
        ({"power": "True"}, "it is one of 1, 2"),
        ({"centered": "yes"}, "it is one of false, true"),
        ({"preset": "best"}, "it is one of model"),
        ({"views": "spectrogram,x"}, "no view x"),
        ({"part": "0.5"}, "a start and an end"),
        ({"part": "2-1"}, "end comes after its start"),
        ({"selection": "nan-1"}, "it is a number"),
        ({"fft_rate": "16001"}, "it is one of"),
        ({"silence_db": "5"}, "silence_db was raised to 10"),
        ({"n_mels": "200"}, "n_mels was lowered to 86"),
        ({"window": "<script>alert(1)</script>" * 9}, "…"),
    ],
)
def test_what_makes_no_sense_is_left_out_with_a_message(
    query: dict[str, str], problem: str
) -> None:
    found = opened(**query)
    assert any(problem in message for message in found.messages)
    assert all(len(message) < 250 for message in found.messages)
    assert (found.views, found.part) == (("spectrogram",), None)
    changed = {
        name: value
        for name, value in asdict(found.settings).items()
        if value != asdict(ViewSettings())[name]
    }
    assert changed.keys() <= query.keys()


def test_other_people_s_parameters_are_passed_over() -> None:
    assert opened(utm_source="x", embed="true") == Opened()


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*NUMBERS, *CHOICES, "preset", "views", "part"]), st.lists(st.text())
    )
)
def test_no_address_can_fail(query: dict[str, list[str]]) -> None:
    from_query(query)
