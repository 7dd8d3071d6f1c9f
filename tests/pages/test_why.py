"""The sections Structure and Why this word of the Models page, without a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from kws_core.explain.methods import METHODS
from kws_core.models.store import MODEL_FOLDER, read_card
from kws_core.spotting.recognizer import DEFAULT_MODEL
from kws_core.ui.clip import current_clip
from kws_core.ui.clip.current_clip import COMPUTED
from kws_core.ui.models import why
from tests.helpers.app import alts, calm, said
from tests.helpers.recipe_models import toy_wave_model

PAGE = "pages/5_Models.py"
Open = Callable[..., AppTest]


@pytest.fixture
def models(open_at: Open) -> Open:
    """Return a function that opens the page at an address."""
    return lambda **query: calm(open_at(PAGE, **query))


def test_every_map_is_shown_beside_the_untrained_one_with_its_checks(models: Open) -> None:
    page = models(section="why", clip="yes")
    assert page.selectbox(key="label").options[0].startswith("yes, recognised")
    assert [alt.split(" for yes")[0] for alt in alts(page)] == list(METHODS.values())
    text = said(page)
    assert "Complete: the cells sum to" in text  # integrated gradients
    assert "in layer `embedding`. It separates times, not bands." in text
    assert text.count("Rank correlation with untrained") == len(METHODS)
    assert "the model recognises it as silence" in text
    calm(page.selectbox(key="label").set_value("no").run())
    assert all("for no over the clip" in alt for alt in alts(page))
    kept = [key for key in page.session_state if key.startswith(COMPUTED)]
    assert f"{COMPUTED}models_second" in kept


def test_a_link_opens_what_to_trust_and_what_mattered_can_be_heard(models: Open) -> None:
    page = models(section="why", reason="trust", clip="stop", baseline="flat")
    assert "is the most faithful map here" in said(page)
    (areas,) = page.dataframe
    assert len(areas.value) == len(METHODS) + 2  # a random order, and the loudest first
    calm(page.segmented_control(key="reason").set_value("hear").run())
    assert said(page).count("Recognised as **") == 3
    calm(page.segmented_control(key="method").set_value("occlusion").run())
    calm(page.segmented_control(key="kept").set_value("5").run())
    assert "The strongest 5% of the cells stay whole" in said(page)


def test_the_second_of_a_sentence_is_told_and_a_wave_model_has_no_picture(
    models: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = models(section="structure", clip="several_words", layer="stem.maps.5")
    assert "Examined: the word" in said(page)
    monkeypatch.setattr(why, "model_named", lambda name: toy_wave_model())
    assert "no picture to draw a map on" in said(models(section="why"))


def test_structure_shows_all_layers_and_what_one_makes_of_the_clip(models: Open) -> None:
    page = models(section="structure", clip="marvin", layer="blocks.2")
    card = read_card(MODEL_FOLDER, DEFAULT_MODEL)
    assert f"**{card.parameters:,}** weights" in said(page)
    (layers,) = page.dataframe
    assert layers.value["Weights"].sum() == card.parameters
    assert layers.value["Share of MACs"].sum() == pytest.approx(1)
    drawing, features = alts(page)
    assert "7 blocks" in drawing
    assert features.startswith("Output of blocks.2 for the clip: 80 channels over time")
    # A layer that is not there, such as another model's, is passed over.
    assert alts(models(section="structure", layer="nowhere"))[1].startswith("Output of stem")
    assert current_clip.FIRST_SAMPLE == "marvin"
