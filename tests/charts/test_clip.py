"""The figures: right axes, right numbers, and small enough to send to a phone."""

import base64
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from kws_core.charts.clip import clip_figure, describe_clip
from kws_core.charts.scores import best_scores, describe_scores, scores_figure
from kws_core.charts.style import (
    DB_RANGE,
    MAX_COLUMNS,
    amplitude_step,
    envelope,
    mel_ticks,
    percent,
)
from kws_core.features.front_ends import LN_TO_DB, LogMel, LogMelConfig
from kws_core.features.mel import mel_edges
from kws_core.samples import SpokenWord
from kws_core.spotting.finder import Word
from tests.helpers.explore_sounds import tone

RATE = 16_000
CONFIG = LogMelConfig()


def log_mel_of(samples: np.ndarray) -> np.ndarray:
    return LogMel(CONFIG)(torch.from_numpy(samples)[None])[0].numpy()


def figure_of(samples: np.ndarray, words: Any = ()) -> Any:
    return clip_figure(samples, RATE, log_mel_of(samples), CONFIG, words)


class TestClipFigure:
    def test_both_panels_share_the_time_axis_from_start_to_end(self) -> None:
        figure = figure_of(tone(0.8))
        assert figure.layout.xaxis.matches == "x2"
        assert tuple(figure.layout.xaxis.range) == (0, 0.8)
        assert tuple(figure.layout.xaxis2.range) == (0, 0.8)

    def test_a_frame_stands_at_its_middle(self) -> None:
        mel = figure_of(tone(1.0)).data[1]
        times = mel.x0 + np.arange(mel.z.shape[1]) * mel.dx
        np.testing.assert_allclose(times, CONFIG.frame_times, atol=1e-6)

    def test_a_sample_stands_at_its_time(self) -> None:
        wave = figure_of(tone(0.2)).data[0]
        assert len(wave.y) == 3200
        assert (wave.x0, wave.dx) == (0, 1 / RATE)

    def test_levels_are_decibels_of_power(self) -> None:
        samples = tone(1.0)
        mel = figure_of(samples).data[1]
        np.testing.assert_allclose(mel.z, log_mel_of(samples) * LN_TO_DB, rtol=1e-6)
        halved = figure_of(samples / 2).data[1]
        assert mel.z.max() - halved.z.max() == pytest.approx(6.02, abs=0.01)

    def test_the_loudest_band_is_named_after_the_tone(self) -> None:
        mel = figure_of(tone(1.0, hz=1000)).data[1]
        value, unit = mel.y[mel.z.mean(axis=1).argmax()].split()
        assert float(value) * {"Hz": 1, "kHz": 1000}[unit] == pytest.approx(1000, abs=40)

    def test_colours_end_80_db_below_the_loudest(self) -> None:
        mel = figure_of(tone(1.0)).data[1]
        assert mel.zmax == pytest.approx(float(mel.z.max()))
        assert mel.zmax - mel.zmin <= DB_RANGE + 1e-3

    def test_arrays_are_sent_as_32_bit_floats(self) -> None:
        figure = json.loads(figure_of(tone(1.0)).to_json())
        for array in (figure["data"][0]["y"], figure["data"][1]["z"]):
            assert array["dtype"] == "f4"
            assert len(base64.b64decode(array["bdata"])) > 1000

    def test_a_minute_stays_under_a_megabyte(self) -> None:
        figure = figure_of(tone(60.0))
        assert len(figure.to_json()) < 1_000_000
        mel = figure.data[1]
        assert mel.z.shape[1] <= MAX_COLUMNS
        # Three frames a column: the first column stands at the middle of frame 1.
        assert mel.dx == pytest.approx(0.03)
        assert mel.x0 == pytest.approx(float(CONFIG.frame_times[1]))

    def test_frames_are_averaged_in_power(self) -> None:
        log_mel = np.full((CONFIG.n_mels, 3 * MAX_COLUMNS), -10.0, np.float32)
        log_mel[:, ::3] = 2.0
        z = clip_figure(tone(60.0), RATE, log_mel, CONFIG).data[1].z
        assert z == pytest.approx(10 * np.log10(np.exp(2.0) / 3), abs=1e-3)

    def test_a_zoom_outlives_the_next_run(self) -> None:
        figures = [figure_of(tone(seconds)) for seconds in (0.3, 0.6)]
        assert figures[0].layout.uirevision == figures[1].layout.uirevision is not None

    def test_backgrounds_are_the_pages_own(self) -> None:
        layout = figure_of(tone(0.3)).layout
        assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0, 0, 0, 0)"

    @pytest.mark.parametrize("samples", [tone(0.1), tone(0.03), np.zeros(RATE, np.float32)])
    def test_short_and_silent_clips_have_a_picture(self, samples: np.ndarray) -> None:
        figure = figure_of(samples)
        mel = figure.data[1]
        assert mel.z.shape[1] == 1 + (len(samples) - 480) // 160
        assert mel.zmin < mel.zmax
        low, high = figure.layout.yaxis.range
        assert low < 0 < high

    def test_nothing_at_all_still_has_axes(self) -> None:
        nothing = np.zeros((CONFIG.n_mels, 0), np.float32)
        figure = clip_figure(np.zeros(0, np.float32), RATE, nothing, CONFIG)
        assert figure.data[1].zmin < figure.data[1].zmax
        assert figure.layout.xaxis.range[0] < figure.layout.xaxis.range[1]


class TestWords:
    WORDS = (Word("yes", 0.1, 0.5, 0.93), Word("_unknown_", 1.4, 1.8, 0.7))

    def test_a_word_is_marked_in_both_panels(self) -> None:
        figure = figure_of(tone(2.0), self.WORDS)
        marked = [(shape.yref, shape.x0, shape.x1) for shape in figure.layout.shapes]
        for panel in ("y domain", "y2 domain"):
            assert (panel, 0.1, 0.5) in marked
            assert (panel, 1.4, 1.8) in marked

    def test_a_word_is_written_above_its_middle(self) -> None:
        notes = figure_of(tone(2.0), self.WORDS).layout.annotations
        assert [(note.text, note.x) for note in notes] == [("yes", 0.3), ("unknown", 1.6)]
        assert notes[0].hovertext == "yes, 93%, 0.10 to 0.50 s"

    def test_a_known_word_needs_no_score(self) -> None:
        figure = figure_of(tone(1.0), [SpokenWord("no", 0.2, 0.4)])
        assert figure.layout.annotations[0].hovertext == "no, 0.20 to 0.40 s"

    @pytest.mark.parametrize(("apart", "angle"), [(1.2, 0), (0.6, -90)])
    def test_labels_without_room_are_turned(self, apart: float, angle: int) -> None:
        words = [Word("left", 1 + i * apart, 1.4 + i * apart, 0.9) for i in range(6)]
        notes = figure_of(tone(10.0), words).layout.annotations
        assert {note.textangle for note in notes} == {angle}


class TestMelTicks:
    @pytest.mark.parametrize(
        "config",
        [
            CONFIG,
            replace(CONFIG, mel_scale="slaney", n_mels=64, f_max=8000.0),
            replace(CONFIG, f_min=60.0, f_max=7600.0, n_mels=80),
        ],
    )
    def test_ticks_lie_where_the_bands_say(self, config: LogMelConfig) -> None:
        edges = mel_edges(config.n_mels, config.f_min, config.f_max, config.mel_scale).numpy()
        positions, names = mel_ticks(config)
        for position, name in zip(positions, names, strict=True):
            value, unit = name.split()
            hz = float(value) * {"Hz": 1, "kHz": 1000}[unit]
            # Between two corners mel is nearly linear in Hz, but not quite.
            expected = np.interp(hz, edges, np.arange(-1, config.n_mels + 1))
            assert position == pytest.approx(expected, abs=0.02)

    def test_the_default_axis_goes_from_0_to_4_khz(self) -> None:
        positions, names = mel_ticks(CONFIG)
        assert names == ["0 Hz", "250 Hz", "500 Hz", "1 kHz", "2 kHz", "4 kHz"]
        assert positions[0] == pytest.approx(-1)
        assert positions[-1] == pytest.approx(CONFIG.n_mels)
        axis = figure_of(tone(0.2)).layout.yaxis2
        assert tuple(axis.tickvals) == tuple(positions)
        assert tuple(axis.range) == (-1, CONFIG.n_mels)

    def test_every_band_has_a_name_of_its_own(self) -> None:
        config = replace(CONFIG, n_mels=128)
        mel = clip_figure(tone(0.1), RATE, np.zeros((128, 8), np.float32), config).data[1]
        assert len(set(mel.y)) == 128


class TestEnvelope:
    def test_extremes_are_kept(self) -> None:
        samples = np.zeros(100_003, np.float32)
        samples[[777, 50_000, 100_002]] = [0.9, -0.8, 0.7]
        line, step = envelope(samples)
        assert line.dtype == np.float32
        assert len(line) <= 2 * MAX_COLUMNS
        assert (line.max(), line.min()) == (np.float32(0.9), np.float32(-0.8))
        assert line[2 * (777 // step) + 1] == np.float32(0.9)
        assert line[2 * (50_000 // step)] == np.float32(-0.8)
        assert line[-1] == np.float32(0.7)

    def test_short_clips_are_kept_as_they_are(self) -> None:
        samples = tone(0.25)
        line, step = envelope(samples)
        assert step == 0
        np.testing.assert_array_equal(line, samples)

    def test_the_drawn_line_is_as_long_as_the_clip(self) -> None:
        wave = figure_of(tone(10.0)).data[0]
        assert wave.x0 + len(wave.y) * wave.dx == pytest.approx(10.0, rel=1e-2)


SCORES = {"no": 0.02, "yes": 0.9, "_silence_": 0.05, "_unknown_": 0.001, "up": 0.029, "go": 0.0}


class TestScores:
    def test_the_best_come_first_in_plain_words(self) -> None:
        bars = scores_figure(SCORES).data[0]
        assert tuple(bars.y) == ("yes", "silence", "up", "no", "unknown")
        assert bars.x == pytest.approx([0.9, 0.05, 0.029, 0.02, 0.001])
        assert tuple(bars.text) == ("90%", "5%", "3%", "2%", "<1%")
        assert scores_figure(SCORES).layout.yaxis.autorange == "reversed"

    @pytest.mark.parametrize(("top", "shown"), [(1, 1), (3, 3), (50, 6)])
    def test_as_many_as_asked_for_and_there(self, top: int, shown: int) -> None:
        assert len(scores_figure(SCORES, top).data[0].y) == shown
        assert len(best_scores(SCORES, top)) == shown

    def test_no_scores_give_an_empty_picture(self) -> None:
        assert len(scores_figure({}).data[0].y) == 0
        assert describe_scores({}) == "No scores."

    @pytest.mark.parametrize(
        ("score", "text"),
        [(0.0, "0%"), (0.004, "<1%"), (0.5, "50%"), (0.9951, ">99%"), (1.0, "100%")],
    )
    def test_percentages_do_not_round_to_certainty(self, score: float, text: str) -> None:
        assert percent(score) == text

    def test_the_description_says_the_same(self) -> None:
        assert describe_scores(SCORES, 2) == "Scores, best first: yes 90%, silence 5%."


class TestDescribeClip:
    def test_it_tells_length_loudest_moment_and_words(self) -> None:
        samples = np.concatenate([tone(0.6, level=0.1), tone(0.03, level=0.8), tone(0.37)])
        words = [Word("yes", 0.5, 0.9, 0.9)]
        start = "Waveform and mel spectrogram of 1.00 s, loudest at 0.61 s"
        assert describe_clip(samples, RATE) == f"{start}."
        assert describe_clip(samples, RATE, words) == f"{start}, with the word yes at 0.50 s."
        words.append(Word("_unknown_", 0.92, 1.0, 0.9))
        assert describe_clip(samples, RATE, words).endswith(
            ", with the words yes at 0.50 s, unknown at 0.92 s."
        )

    def test_silence_is_called_silent(self) -> None:
        text = describe_clip(np.zeros(RATE, np.float32), RATE)
        assert text == "Waveform and mel spectrogram of 1.00 s, silent throughout."

    @pytest.mark.parametrize("count", [0, 1, 100])
    def test_very_short_clips_have_a_description(self, count: int) -> None:
        assert describe_clip(np.ones(count, np.float32), RATE).endswith(".")


@pytest.mark.parametrize(
    ("peak", "step"), [(1.1, 0.5), (1.2, 1.0), (0.45, 0.2), (0.3, 0.2), (0.012, 0.01)]
)
def test_the_amplitude_has_a_round_tick_on_both_sides_of_zero(peak: float, step: float) -> None:
    assert amplitude_step(peak) == step


def test_a_quiet_clip_looks_quiet() -> None:
    config = LogMelConfig()
    quiet = np.full((config.n_mels, 10), -9.0, np.float32)  # ln(power): 60 dB below speech
    figure = clip_figure(np.full(1600, 1e-3, np.float32), 16_000, quiet, config)
    assert figure.layout.yaxis.range[1] >= 0.1
    assert figure.data[1].zmax - quiet.max() * LN_TO_DB > 50
