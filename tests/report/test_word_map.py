"""The map of words, with a clip placed in it."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.report.word_map import (
    PROJECTIONS,
    map_figure,
    map_rows,
    mapped_clips,
    neighbour_rows,
    place,
    positions,
    word_colours,
)
from tests.helpers.clip_scores import random_scores
from tests.helpers.report_results import made_map

SCORES = random_scores()
MAP = made_map()
CLIPS = mapped_clips(MAP, SCORES)


def test_the_clips_of_a_map_are_those_of_its_rows() -> None:
    for i in (0, 7, 119):
        row = MAP.rows[i]
        assert CLIPS.utterance[i] == SCORES.utterance[row]
        assert CLIPS.said[i] == SCORES.labels[SCORES.target[row]]
        assert CLIPS.heard[i] == SCORES.labels[int(SCORES.posteriors[row].argmax())]
        assert CLIPS.score[i] == pytest.approx(SCORES.posteriors[row].max())


def test_a_clip_of_the_map_is_placed_on_itself() -> None:
    embedding = np.zeros(128, np.float32)
    embedding[:16] = MAP.points[42]
    placed = place(MAP, embedding)
    assert placed.neighbours[0] == 42
    assert placed.distance[0] == pytest.approx(0, abs=1e-5)
    assert (np.diff(placed.distance) >= 0).all()
    assert placed.at["pca"] == pytest.approx(positions(MAP, "pca")[42])
    nearest = positions(MAP, "tsne")[placed.neighbours[:5]]
    assert placed.at["tsne"] == pytest.approx(np.median(nearest, axis=0))
    rows = neighbour_rows(CLIPS, placed)
    assert len(rows) == 10
    assert rows[0]["Clip"] == CLIPS.utterance[42]


@pytest.mark.parametrize("view", PROJECTIONS)
def test_every_clip_is_drawn_once_and_errors_as_crosses(view: str) -> None:
    figure = map_figure(MAP, CLIPS, view)  # type: ignore[arg-type]
    right, wrong = figure.data
    n_wrong = int((CLIPS.said != CLIPS.heard).sum())
    assert (len(right.x), len(wrong.x)) == (120 - n_wrong, n_wrong)
    assert wrong.marker.symbol == "x"
    assert len(figure.layout.annotations) == len(set(CLIPS.said.tolist()))
    rows = map_rows(MAP, CLIPS, view)  # type: ignore[arg-type]
    assert [row["x"] for row in rows] == pytest.approx(positions(MAP, view)[:, 0], abs=0.001)  # type: ignore[arg-type]


def test_only_chosen_words_have_colour_and_name_and_only_errors_may_be_left() -> None:
    word = str(CLIPS.said[0])
    figure = map_figure(MAP, CLIPS, "pca", words=[word], only_errors=True)
    (wrong,) = figure.data
    chosen = CLIPS.said[CLIPS.said != CLIPS.heard] == word
    grey = {colour for colour, own in zip(wrong.marker.color, chosen, strict=True) if not own}
    assert len(grey) == 1
    assert [note.text for note in figure.layout.annotations] == [f"<b>{word}</b>"]


def test_a_placed_clip_is_a_star_with_a_line_to_each_neighbour() -> None:
    placed = place(MAP, np.ones(128, np.float32))
    lines, star = map_figure(MAP, CLIPS, "tsne", placed=placed, clip_name="<b>me").data[-2:]
    assert (star.x[0], star.y[0]) == pytest.approx(placed.at["tsne"])
    assert "&lt;b&gt;me" in star.hovertemplate
    assert sum(x is None for x in lines.x) == 10


def test_every_word_has_a_colour_of_its_own() -> None:
    colours = word_colours([f"w{i}" for i in range(35)])
    assert len(set(colours.values())) == 35
