"""Measuring the detector on streams put together from clips."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.cli.main import main
from kws_core.errors import DataError
from kws_core.evaluation.evaluate_streams import score_streams, stream_sources
from kws_core.evaluation.fluent_streams import ScoredSentence, score_sentences
from kws_core.evaluation.material import Spoken
from kws_core.evaluation.scored_sound import replay
from kws_core.evaluation.stream_measurements import THRESHOLDS, figures_of_streams
from kws_core.evaluation.stream_set import (
    SNRS_DB,
    StreamSetSettings,
    StreamSources,
    render,
    speech_level_db,
)
from kws_core.features.front_ends import LogMel
from kws_core.labels import LABELS
from kws_core.models import ModelCard, build_model, count_parameters, save_model
from kws_core.results.store import available_results
from kws_core.results.stream_store import (
    available_stream_results,
    load_stream_figures,
    save_stream_figures,
)
from kws_core.spotting import DetectorSettings, KeywordDetector
from kws_core.training.dataset.fluent import Sentence
from tests.helpers import training_shards as shards
from tests.helpers.listeners import StreamListener, burst

SETTINGS = StreamSetSettings(minutes=0.25, minutes_without=0.25, gap=(0.8, 1.5))
DETECTOR = DetectorSettings(smoothing=0.16, threshold=0.7, refractory=0.3, gate_db=-90.0)


@pytest.fixture(scope="module")
def listener() -> StreamListener:
    """It is surer of low than of middle words; what is high it takes for a word as well."""
    return StreamListener({"low": 0.9, "middle": 0.72, "high": 0.85})


@pytest.fixture(scope="module")
def streams(listener: StreamListener) -> list:
    said = ["low", "middle"] * 10
    clips = [burst(word, i, 0.3) for i, word in enumerate(said)]
    spoken = Spoken(clips, np.array([0, 1] * 10), np.array(said))
    hum = np.sin(2 * np.pi * 50 * np.arange(16_000) / 16_000).astype(np.float32)
    sources = StreamSources(spoken, [("beep", burst("high", 99, 0.3))], {"hum": hum})
    return score_streams(listener, sources, SETTINGS, DETECTOR), sources  # type: ignore[return-value]


@pytest.fixture(scope="module")
def fluent(listener: StreamListener) -> list[ScoredSentence]:
    """Two sentences whose words stand apart: one says so in its transcript, one doesn't."""
    pause = np.zeros(8_000, np.float32)
    sound = np.concatenate([burst("low", 1, 0.3), pause, burst("middle", 2, 0.3)])
    spoken = [
        Sentence("readers", "ann", "listen to me", sound),
        Sentence("readers", "ben", "a low beam", sound),
        Sentence("readers", "cleo", "", sound),
    ]
    return score_sentences(listener, spoken, DETECTOR)


@pytest.fixture(scope="module")
def figures(streams, fluent, listener) -> dict:
    return figures_of_streams(streams[0], {None: fluent, 10: []}, listener.labels, DETECTOR)


def test_what_a_transcript_holds_is_no_false_alarm(streams, fluent, listener) -> None:
    assert [one.said for one in fluent] == [
        ("two",),
        (),
    ]  # none of the 35; the third has no transcript
    heard = [fluent[0], replace(fluent[1], said=("low",))]
    figures = figures_of_streams(streams[0], {None: heard, 10: fluent}, listener.labels, DETECTOR)
    at_default = figures["operating_points"][0]["fluent"]
    assert at_default["false_alarms"]["count"] == 3
    assert at_default["said_inside"]["count"] == 1
    assert at_default["false_alarms"]["hours"] == pytest.approx(2 * (2 * 0.8 + 0.5) / 3600)
    at_10_db = next(p for p in figures["operating_points"][0]["by_snr"] if p["snr_db"] == 10)
    assert at_10_db["fluent"]["false_alarms"]["count"] == 4
    [corpus] = figures["fluent"]["corpora"]
    assert (corpus["corpus"], corpus["sentences"], corpus["named_speakers"]) == ("readers", 2, 2)
    assert figures["fluent"]["commonest"] == [["readers", "middle", 2], ["readers", "low", 1]]


def test_fluent_english_is_heard_over_each_noise_in_turn(listener) -> None:
    rng = np.random.default_rng(3)
    noises = {
        name: (level * rng.standard_normal(SAMPLE_RATE)).astype(np.float32)
        for name, level in (("hiss", 0.2), ("roar", 0.02))
    }
    sound = burst("low", 1, 0.8)
    spoken = [Sentence("readers", "ann", "listen to me", sound)] * 3
    heard = score_sentences(listener, spoken, DETECTOR, noises, 10)
    for one in heard:
        noise_db = 10 * np.log10(np.mean(10 ** (one.sound.level_db[20:80] / 10)))
        # Levels are of 100 Hz to 5 kHz, which white noise fills less than its 8 kHz.
        in_band_db = 10 * np.log10(4.9 / 8)
        assert noise_db == pytest.approx(speech_level_db(sound) - 10 + in_band_db, abs=0.5)
    quiet = score_sentences(listener, spoken, DETECTOR, noises)
    assert quiet[0].sound.level_db[20:80].mean() == pytest.approx(-75 + in_band_db, abs=1)


def test_replayed_decisions_are_those_of_the_detector(streams, listener) -> None:
    for stream in streams[0][:-1:5]:
        smoothed = stream.sound.smoothed(listener.labels, DETECTOR)
        heard = replay(stream.sound, smoothed, listener.labels, DETECTOR)
        live = KeywordDetector(listener, DETECTOR).push(render(stream.draw, streams[1]))
        assert [one.time for one in heard] == [pytest.approx(d.time) for d in live]
        assert [listener.labels[one.column] for one in heard] == [d.label for d in live]
        assert heard


def in_quiet(point: dict) -> dict:
    return next(part for part in point["by_snr"] if part["snr_db"] is None)


def test_in_quiet_no_word_is_missed_and_each_beep_is_a_false_alarm(streams, figures) -> None:
    n_words = figures["words"]["quiet"]
    beeps = sum(not placed.is_word for placed in streams[0][0].draw.placed)
    beeps += len(streams[0][-2].draw.placed)  # the stream of other speech is a quiet one
    quiet = in_quiet(figures["operating_points"][0])
    assert quiet["missed"]["n"] == n_words > 3
    assert quiet["missed"]["value"] == 0
    assert quiet["wrong"]["value"] == 0
    assert quiet["false_alarms"]["count"] == beeps > 3
    assert 0 <= quiet["latency"]["median"] <= 0.3


def test_a_higher_threshold_misses_more_and_has_fewer_false_alarms(figures) -> None:
    curve = figures["curve"]
    assert [point["threshold"] for point in curve] == list(THRESHOLDS)
    assert curve == sorted(curve, key=lambda p: (-p["per_hour"], p["missed"]))
    assert curve[-1]["missed"] == 1
    assert curve[-1]["per_hour"] == 0
    assert curve[0]["by_content"]["other_speech"] > curve[0]["per_hour"]
    assert curve[0]["by_content"]["noise"] == 0


def test_operating_points_are_the_lowest_thresholds_that_keep_to_the_rate(figures) -> None:
    default, *points = figures["operating_points"]
    assert default["target"] is None
    assert default["threshold"] == 0.7
    for point in points:
        at = next(c for c in figures["curve"] if c["threshold"] == point["threshold"])
        below = [c for c in figures["curve"] if c["threshold"] < point["threshold"]]
        assert at["fluent_per_hour"] <= point["target"] < below[-1]["fluent_per_hour"]
        assert point["fluent"]["false_alarms"]["low"] <= point["target"]


def test_figures_say_how_much_was_heard(streams, figures) -> None:
    assert set(figures["words"]) == {"quiet", "20", "10", "5", "0"}
    assert figures["hours"]["words"] == pytest.approx(len(SNRS_DB) * 0.25 / 60)
    assert figures["hours"]["other_speech"] == pytest.approx(0.125 / 60)
    assert 0 < figures["hours"]["counted"] < 6 * 0.25 / 60
    n_alarms = figures["operating_points"][0]["false_alarms"]["count"]
    assert sum(row[-1] for row in figures["false_alarms"]) == n_alarms
    assert {row[3] for row in figures["false_alarms"]} == {"high"}
    rates = figures["operating_points"][0]["by_content"]
    assert sum(rate["count"] for rate in rates.values()) == n_alarms
    assert rates["noise"]["count"] == 0


@pytest.mark.slow
def test_the_command_measures_a_model_and_saves_the_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = shards.write_shards(tmp_path / "data")
    torch.manual_seed(0)
    network = build_model("ds-resnet", len(LABELS))
    network.classifier.weight.data *= 0.01
    network.classifier.bias.data[LABELS.index("zero")] = 10.0
    card = ModelCard("toy", "ds-resnet", LABELS, {}, count_parameters(network))
    save_model(tmp_path / "models", card, network, LogMel())
    options = ["--model", "toy", "--minutes", "0.06", "--minutes-without", "0.25", "--seed", "3"]
    options += ["--smoothing", "0.4", "--hop", "0.1", "--threshold", "0.85"]
    folders = ["--data", data, "--out", tmp_path / "out", "--model-folder", tmp_path / "models"]
    assert main(["evaluate-stream", *options, *map(str, folders)]) == 0
    assert "toy-stream-val.json" in capsys.readouterr().out
    assert available_stream_results(tmp_path / "out") == [("toy", "val")]
    assert available_results(tmp_path / "out") == []
    figures = load_stream_figures(tmp_path / "out", "toy", "val")
    assert figures["set"]["seed"] == 3
    chosen = DetectorSettings(smoothing=0.4, hop=0.1, threshold=0.85)
    assert figures["detector"] == asdict(chosen)
    assert figures["operating_points"][0]["threshold"] == 0.85
    assert figures["operating_points"][0]["false_alarms"]["count"] > 0  # it always hears zero
    text = json.dumps(figures)
    assert "NaN" not in text


def test_one_speaker_is_not_all_the_other_speech(tmp_path: Path) -> None:
    folder = shards.write_shards(tmp_path)
    rows = [
        {"word": word, "speaker": "", "file": shards.held_out_name(word, True), "audio": sound}
        for word in ("vi:len", "amelia")
        for sound in [shards.flac(burst("high", 9, 0.3))]
    ]
    shards.write(folder, "other_words.parquet", rows)
    sources = stream_sources(folder, "val", LABELS, seed=0)
    assert [name for name, _ in sources.others] == ["amelia"]
    # And the babble is made of that, so that nobody says a word in it.
    spectrum = np.abs(np.fft.rfft(sources.noises["babble"]))
    alone = np.abs(np.fft.rfft(burst("high", 9, 0.3), len(sources.noises["babble"])))
    assert np.argmax(spectrum) == pytest.approx(np.argmax(alone), rel=0.02)


def test_figures_that_are_missing_or_of_another_format_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="evaluate-stream"):
        load_stream_figures(tmp_path, "toy", "val")
    save_stream_figures(tmp_path, {"model": "toy", "split": "val", "format": 99})
    with pytest.raises(DataError, match="its format is 99"):
        load_stream_figures(tmp_path, "toy", "val")


def test_the_streams_of_a_seed_are_heard_the_same(streams, listener) -> None:
    again = score_streams(listener, streams[1], replace(SETTINGS, minutes_without=0.0), DETECTOR)
    assert len(again) == len(SNRS_DB)
    assert np.array_equal(again[2].sound.windows.posteriors, streams[0][2].sound.windows.posteriors)
