"""Streams put together from clips: what was drawn is what is heard."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.augment.noise import mean_power
from kws_core.errors import DataError
from kws_core.evaluation.material import Spoken
from kws_core.evaluation.stream_set import (
    SNRS_DB,
    SPEECH_DB,
    StreamSetSettings,
    StreamSources,
    draw_streams,
    render,
    said_words,
    sound_edges,
    speech_level_db,
)
from tests.helpers.listeners import burst

SETTINGS = StreamSetSettings(minutes=0.5, minutes_without=0.25)


@pytest.fixture(scope="module")
def sources() -> StreamSources:
    said = ["low", "middle"] * 20
    words = Spoken(
        [burst(word, i, 0.3) for i, word in enumerate(said)], np.array([0, 1] * 20), np.array(said)
    )
    rng = np.random.default_rng(0)
    noises = {
        kind: rng.standard_normal(seconds * SAMPLE_RATE).astype(np.float32)
        for kind, seconds in (("rain", 3), ("wind", 60))
    }
    return StreamSources(words, [("beep", burst("high", 99))], noises)


def test_the_same_seed_gives_the_same_streams(sources) -> None:
    draws = draw_streams(sources, SETTINGS)
    assert draws == draw_streams(sources, SETTINGS)
    assert draws != draw_streams(sources, replace(SETTINGS, seed=1))
    assert np.array_equal(render(draws[3], sources), render(draws[3], sources))


def test_each_noise_has_the_same_words_at_every_ratio(sources) -> None:
    draws = draw_streams(sources, SETTINGS)
    assert len(draws) == 2 * len(SNRS_DB) + 2
    for first in (0, len(SNRS_DB)):
        group = draws[first : first + len(SNRS_DB)]
        assert [draw.snr_db for draw in group] == list(SNRS_DB)
        assert len({(draw.noise, draw.placed) for draw in group}) == 1
    assert draws[0].noise != draws[len(SNRS_DB)].noise


def test_clips_do_not_overlap_and_words_differ_until_all_were_said(sources) -> None:
    for draw in draw_streams(sources, SETTINGS)[:-1]:
        ends = [p.at + len(sources.clip(p)) for p in draw.placed]
        starts = [p.at for p in draw.placed[1:]] + [draw.n_samples]
        gaps = np.array(starts[:-1]) - ends[:-1]
        assert gaps.min() >= 0.3 * SAMPLE_RATE - 1
        assert gaps.max() <= 1.5 * SAMPLE_RATE + 1
        clips = [p.clip for p in draw.placed if p.is_word]
        again = [a == b for a, b in zip(clips[1:], clips, strict=False)]
        assert len(set(clips)) == len(clips) - sum(again)


def test_of_the_streams_without_words_half_have_other_speech(sources) -> None:
    speech, noise = draw_streams(sources, SETTINGS)[-2:]
    assert (speech.content, noise.content) == ("other_speech", "noise")
    assert speech.n_samples == noise.n_samples == 7.5 * SAMPLE_RATE
    assert speech.placed
    assert not noise.placed
    assert said_words(speech, sources) == []


def test_the_words_are_where_they_are_said_to_be(sources) -> None:
    draw = draw_streams(sources, SETTINGS)[0]
    stream, said = render(draw, sources), said_words(draw, sources)
    assert len(said) == sum(p.is_word for p in draw.placed) > 3
    for word in said:
        assert word.end - word.start == pytest.approx(0.3, abs=0.025)
        inside = stream[round(word.start * SAMPLE_RATE) : round(word.end * SAMPLE_RATE)]
        hertz = np.abs(np.fft.rfft(inside)).argmax() * SAMPLE_RATE / len(inside)
        assert hertz == pytest.approx([500, 1200][word.column], abs=20)
        assert 10 * np.log10(mean_power(inside)) == pytest.approx(SPEECH_DB, abs=3.5)


@pytest.mark.parametrize("row", [1, 4, 6])
def test_noise_has_its_ratio_to_the_level_of_speech(sources, row: int) -> None:
    draw = draw_streams(sources, SETTINGS)[row]
    noise = render(replace(draw, placed=()), sources)
    assert 10 * np.log10(mean_power(noise)) == pytest.approx(SPEECH_DB - draw.snr_db, abs=0.1)


def test_edges_and_level_leave_silence_out() -> None:
    clip = burst("low", 0, 0.3)
    start, end = sound_edges(clip)
    assert start / SAMPLE_RATE == pytest.approx(0.25, abs=0.015)
    assert end / SAMPLE_RATE == pytest.approx(0.55, abs=0.015)
    assert speech_level_db(clip) == pytest.approx(20 * np.log10(0.3) - 3, abs=0.5)


def test_without_words_there_is_nothing_to_measure(sources) -> None:
    nobody = Spoken([], np.zeros(0, np.int64), np.array([]))
    with pytest.raises(DataError, match="Streams need"):
        draw_streams(replace(sources, words=nobody), SETTINGS)
