"""The pictures of a draw: one scale, masks where they are, and small enough to send."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from kws_core.augment.specaugment import SpecAugmentDraw
from kws_core.charts.panels import Snapshot
from kws_core.charts.style import DB_RANGE
from kws_core.features.front_ends import LN_TO_DB, LogMelConfig
from kws_core.lab.draw_charts import (
    level_scale,
    masked_figure,
    picture_figure,
    shared_peak,
    sounds_figure,
    step_figure,
    thumbnail,
)
from tests.helpers.recipe_models import tone, toy_picture_model, word

CONFIG = LogMelConfig()
MASKS = SpecAugmentDraw(40, 98, 49, 8, ((22, 4), (3, 0)), ((40, 4),))


def snapshot(second: Any) -> Snapshot:
    return Snapshot(second.samples, toy_picture_model().features(second.samples))


@pytest.fixture
def figure() -> go.Figure:
    before = snapshot(word()).picture
    after = MASKS.apply(before, "zero").numpy()
    return masked_figure(before, after, MASKS, CONFIG, "r")


def test_before_and_after_are_on_one_scale_and_the_difference_is_as_steep(
    figure: go.Figure,
) -> None:
    before, after, difference = figure.data
    assert before["coloraxis"] == after["coloraxis"] == "coloraxis"
    layout = figure.layout
    levels, changes = layout["coloraxis"], layout[difference["coloraxis"]]
    assert levels["cmax"] == pytest.approx(max(before["z"].max(), after["z"].max()))
    assert changes["cmin"] == -changes["cmax"]
    assert changes["cmax"] - changes["cmin"] == pytest.approx(levels["cmax"] - levels["cmin"])
    np.testing.assert_allclose(difference["z"], after["z"] - before["z"], atol=1e-3)


def test_masks_are_outlined_where_they_are(figure: go.Figure) -> None:
    after = figure.data[1]
    boxes = [s for s in figure.layout.shapes if s["type"] == "rect" and s["yref"] == "y2"]
    assert len({(box["x0"], box["y0"]) for box in boxes}) == 2  # an empty mask has no outline
    band = next(box for box in boxes if box["y0"] == 21.5)
    assert band["y1"] == 25.5
    time = next(box for box in boxes if box["y0"] == -0.5)
    first = after["x0"] + 40 * after["dx"]
    assert time["x0"] == pytest.approx(first - after["dx"] / 2)
    assert time["x1"] == pytest.approx(time["x0"] + 4 * after["dx"])
    assert {s["yref"] for s in figure.layout.shapes if s["type"] == "rect"} == {"y2", "y3"}
    names = [note["text"] for note in figure.layout.annotations]
    assert names.count("f1") == names.count("t1") == 2
    assert "f2" not in names


def test_the_warped_point_is_marked_where_it_was_and_where_it_is(figure: go.Figure) -> None:
    lines = [s for s in figure.layout.shapes if s["type"] == "line"]
    times = CONFIG.frame_times
    assert [line["x0"] for line in lines] == pytest.approx(
        [float(times[49]), float(times[49]), float(times[57])]
    )


def test_all_panels_share_the_time_axis(figure: go.Figure) -> None:
    assert {trace["xaxis"] for trace in figure.data} == {"x"}
    assert figure.layout.xaxis.range == (0.0, 1.0)
    domains = [list(figure.layout[name]["domain"]) for name in ("yaxis3", "yaxis2", "yaxis")]
    assert domains == sorted(domains)
    assert domains[0][0] == 0.0
    assert domains[2][1] == 1.0


def test_sounds_are_drawn_on_the_same_amplitudes_and_levels() -> None:
    quiet, loud = snapshot(tone(amplitude=0.05)), snapshot(tone(amplitude=0.8))
    figure = sounds_figure(quiet, loud, CONFIG, "r")
    assert [trace["type"] for trace in figure.data] == ["scatter", "heatmap"] * 2
    layout = figure.layout
    assert layout["yaxis"]["range"] == layout["yaxis3"]["range"]
    assert layout["yaxis"]["range"][1] == pytest.approx(0.8 * 1.08, rel=1e-3)
    assert layout["coloraxis"]["cmax"] == pytest.approx(loud.picture.max() * LN_TO_DB, rel=1e-5)


def test_the_picture_of_a_step_has_the_scales_of_the_chain() -> None:
    sound = snapshot(tone())
    scale = level_scale(sound.picture, sound.picture + 1)
    figure = step_figure(sound, CONFIG, scale, 2.0, "r")
    assert figure.layout.coloraxis["cmax"] == pytest.approx(scale.high)
    assert figure.layout.yaxis.range == (-2.0, 2.0)
    assert not figure.layout.coloraxis["showscale"]


def test_a_picture_alone_has_its_masks() -> None:
    picture = snapshot(tone()).picture
    figure = picture_figure(picture, MASKS, CONFIG, level_scale(picture), "r")
    assert len(figure.data) == 1
    assert len(figure.layout.shapes) == 4  # two outlines, white on black


def test_colours_end_eighty_decibels_below_the_loudest_and_are_there_for_silence() -> None:
    steep = np.array([[-100.0, 0.0]], np.float32) / np.float32(LN_TO_DB)
    assert level_scale(steep).low == pytest.approx(-DB_RANGE)
    flat = level_scale(np.full((40, 98), -14.65, np.float32))
    assert flat.high - flat.low == DB_RANGE


def test_the_amplitude_axis_has_room_for_silence_and_for_the_loudest() -> None:
    assert shared_peak(np.zeros(10, np.float32)) > 0
    assert shared_peak(tone().samples, 3 * tone().samples) == pytest.approx(0.9 * 1.08, rel=1e-3)


def test_a_thumbnail_has_the_lowest_band_at_the_bottom_in_the_same_colours() -> None:
    picture = np.zeros((40, 98), np.float32)
    picture[0] = 20 / LN_TO_DB
    image = thumbnail(picture, level_scale(picture))
    assert image.shape == (80, 196, 3)
    assert image.dtype == np.uint8
    assert image[-1, 0].tolist() == [253, 231, 37]  # viridis' ends
    assert image[0, 0].tolist() == [68, 1, 84]


@pytest.mark.parametrize("n", [1, 10])
def test_figures_are_small(n: int) -> None:
    many = SpecAugmentDraw(40, 98, 49, 8, ((2, 3),) * n, ((40, 4),) * n)
    picture = snapshot(word()).picture
    figure = masked_figure(picture, many.apply(picture).numpy(), many, CONFIG, "r")
    assert len(figure.to_json()) < 120_000
