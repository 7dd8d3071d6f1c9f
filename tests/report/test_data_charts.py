"""The summary of the data: kept, read back, and drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kws_core.errors import DataError
from kws_core.labels import WORDS
from kws_core.report.data_charts import (
    commonest_speaker,
    components_figure,
    counts_figure,
    histogram_figure,
    spread_figure,
    word_count_rows,
)
from kws_core.report.data_spectra import bands_figure, mean_log_mel_figure, spectrum_figure
from kws_core.results.data_summary import load_data_summary, save_data_summary
from kws_core.results.store import available_results
from tests.helpers.report_results import made_summary

SUMMARY = made_summary()


def test_a_summary_comes_back_as_it_was_written(tmp_path: Path) -> None:
    assert load_data_summary(tmp_path) is None
    path = save_data_summary(tmp_path, SUMMARY)
    read = load_data_summary(tmp_path)
    assert read is not None
    assert {k: v for k, v in read.figures.items() if k != "format"} == SUMMARY.figures
    assert np.array_equal(read.mean_log_mel, SUMMARY.mean_log_mel)
    assert np.array_equal(read.band_counts, SUMMARY.band_counts)
    assert available_results(tmp_path) == []  # it is no evaluation
    path.write_text("{}")
    with pytest.raises(DataError, match="describe-data"):
        load_data_summary(tmp_path)


def test_counts_are_stacked_by_split_for_every_word() -> None:
    words = [{"word": "yes", "train": 5, "val": 1}, {"word": "no", "train": 2, "test_a": 9}]
    training, *_, test = counts_figure(words).data
    assert (training.y, training.x) == (("yes", "no"), (5, 2))
    assert test.x == (0, 9)
    assert word_count_rows(words)[1]["test, recordings"] == 9


def test_histograms_are_shares_of_their_split() -> None:
    traces = histogram_figure(SUMMARY.figures["level"], "level").data
    assert [trace.name for trace in traces] == ["training", "validation"]
    assert all(sum(trace.y) == pytest.approx(1) for trace in traces)
    assert list(traces[0].x) == [-45, -15]


def test_boxes_are_the_quantiles_shortest_word_first() -> None:
    rows = [{"word": "b", "seconds": [1, 2, 5, 6, 7]}, {"word": "a", "seconds": [1, 2, 3, 4, 5]}]
    (box,) = spread_figure(rows, "seconds").data
    assert list(box.y) == ["a", "b"]
    assert (box.lowerfence, box.median, box.upperfence) == ((1, 1), (3, 5), (5, 7))


def test_spectra_and_mean_log_mels_are_of_the_chosen_words() -> None:
    figure = spectrum_figure(SUMMARY, ["yes", "six"])
    assert {trace.name for trace in figure.data if trace.showlegend} == {"yes", "six"}
    assert len(figure.data) == len(WORDS)
    pictures = mean_log_mel_figure(SUMMARY, ["yes", "six"])
    assert [note.text for note in pictures.layout.annotations] == ["<b>yes</b>", "<b>six</b>"]
    first, second = pictures.data
    assert np.array_equal(first.z, SUMMARY.mean_log_mel[WORDS.index("yes")].astype(np.float32))
    assert (first.zmin, first.zmax) == (second.zmin, second.zmax)


def test_a_violin_is_as_wide_as_its_counts_are_high() -> None:
    counts = np.zeros((2, 40, 8), np.int32)
    counts[0, 3] = [0, 0, 1, 4, 2, 0, 0, 0]
    counts[1, 3] = [0, 0, 0, 0, 8, 0, 0, 0]
    recordings, pictures = bands_figure(
        type(SUMMARY)(**{**vars(SUMMARY), "band_counts": counts})
    ).data
    left = [x for x in recordings.x if x is not None]
    assert min(left) == pytest.approx(3 - 0.46)
    assert max(left) == 3
    assert max(x for x in pictures.x if x is not None) == pytest.approx(3 + 0.46)
    middle = (SUMMARY.band_edges[:-1] + SUMMARY.band_edges[1:]) / 2
    assert sorted({y for y in recordings.y if y is not None}) == pytest.approx(middle[2:5])


def test_outliers_are_marked_among_the_clips() -> None:
    clips, outliers = components_figure(SUMMARY).data
    assert len(clips.x) == 20
    assert outliers.text == ("up, cc_nohash_0", "up, cc_nohash_1")
    assert commonest_speaker(["a_nohash_0", "b_nohash_0", "a_nohash_1"]) == ("a", 2)
