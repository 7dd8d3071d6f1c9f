"""Every page on a wide light screen and on a narrow dark one: whole, quiet, and within reach."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.helpers import axe
from tests.helpers.browser import LOOKS, OpenPage, no_sideways_scroll
from tests.helpers.live_page import play_the_sample

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHART = ".js-plotly-plot"
# Of each page the addresses that are looked at, with what is drawn last at each of them.
PAGES = {
    "Home": {"/": f".st-key-clip_picture {CHART}"},
    "Recognise": {"/Recognise": f".st-key-clip_picture {CHART}"},
    "Explore": {
        "/Explore": f".st-key-explore_spectrogram_0 {CHART}",
        "/Explore?views=mfcc,silence,8-khz,fft,surface&other=happy": (
            f".st-key-explore_surface_0 {CHART} .gl-container"
        ),
    },
    "Augment": {
        "/Augment": f".st-key-augment_draws {CHART}",
        "/Augment?view=sound&section=knob": f".st-key-augment_sweep {CHART}",
        "/Augment?view=compare": ".st-key-augment_editor",
    },
    "Live": {"/Live": "iframe"},
    "Models": {
        "/Models": f".st-key-models_compare_weights {CHART}",
        "/Models?section=structure": f".st-key-models_blocks {CHART}",
        "/Models?section=results": f".st-key-models_confusion {CHART}",
        "/Models?section=results&panel=roc": CHART,
        "/Models?section=results&panel=taught": CHART,
        "/Models?section=own": "input[type=file]",
        "/Models?section=why": CHART,
        "/Models?section=map": f".st-key-models_map {CHART}",
        "/Models?section=data": f".st-key-models_data_counts {CHART}",
        "/Models?section=card": ".st-key-models_download_onnx",
    },
    "Teach": {"/Teach": "input[type=file]"},
}


def find_several_words(page: Page) -> None:
    page.get_by_role("radio", name="several words").click()
    page.locator("button", has=page.locator(".span")).first.wait_for()


def play_a_sample(page: Page) -> None:
    """Play until words were heard, and hold it: at its end the page would be made anew."""
    play_the_sample(page)
    page.get_by_text(re.compile(r"Log: [2-9] words")).wait_for()
    page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_role("button", name="Resume", exact=True).wait_for()


def teach_ready_takes(page: Page) -> None:
    page.get_by_role("button", name="Use ready takes").click()
    page.get_by_role("button", name="Try it live").wait_for()


def open_settings_and_export(page: Page) -> None:
    for title in (re.compile("^Settings:"), re.compile("^Export$")):
        page.get_by_text(title).click()
    page.get_by_text("Mel bands and MFCC").wait_for()


# What is done on a page before it is looked at.
DONE: dict[str, Callable[[Page], None]] = {
    "/Recognise": find_several_words,
    "/Explore": open_settings_and_export,
    "/Live": play_a_sample,
    "/Teach": teach_ready_takes,
}


def faults(page: Page) -> list[str]:
    """Return what is wrong with a page as it stands, a line each."""
    found = [] if axe.reason_to_skip() else axe.violations(page)
    if not no_sideways_scroll(page):
        found.append("wider than the window")
    for error in ("stException", "stAlertContentError"):
        found += page.get_by_test_id(error).all_inner_texts()
    return found


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits_works_quietly_and_is_within_everyones_reach(
    open_page: Callable[..., OpenPage], page: str
) -> None:
    found = {}
    opened = open_page()
    looks = list(LOOKS)
    for address, last in PAGES[page].items():
        opened.go_to(address)
        opened.page.locator(last).first.wait_for(state="attached")
        if address in DONE:
            DONE[address](opened.page)
        for look in looks:
            opened.show_as(*look)
            found[(address, *look)] = faults(opened.page)
        looks.reverse()  # the next address is loaded as this one is shown
    assert {key: lines for key, lines in found.items() if lines} == {}
    opened.check_quiet()
    if (reason := axe.reason_to_skip()) is not None:
        pytest.skip(f"all but accessibility was checked: {reason}")
