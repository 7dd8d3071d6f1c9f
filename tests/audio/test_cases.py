"""Recordings that comparable tools had trouble with, each with the words that it holds.

All were made from this project's sample clips.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from kws_core.audio.read import read_audio
from kws_core.audio.waveform import SAMPLE_RATE, to_wav
from kws_core.samples import get_sample
from kws_core.spotting.candidates import FinderSettings
from kws_core.spotting.recognizer import Recognizer

CASES = Path(__file__).parent / "cases"
SENTENCE = ["three", "five", "one", "go", "left", "right", "stop"]
ONE_WORD = {
    "adpcm_ima_wav.wav": "stop",
    "amrnb.amr": "stop",
    "au_mulaw.au": "stop",
    "len_1s_m4a.m4a": "marvin",
    "len_1s_plus17.wav": "marvin",
    "LR_out_of_phase.wav": "stop",
    "mp3_junk_after_id3.mp3": "stop",
    "mp3_leading_zeros.mp3": "stop",
    "w64.w64": "stop",
    "wav_int64.wav": "stop",
    "wav_list_odd_nopad.wav": "stop",
    "wav_riff0_data0.wav": "stop",
    "wav_rifx.wav": "stop",
}
SEVERAL_WORDS = {
    "mp3_concat_xing.mp3": ["stop", "left"],
    "mp3_pipe_vbr.mp3": SENTENCE,
    "mp3_rate_changes.mp3": ["stop", "left"],
    "mp3_vbr_noxing.mp3": ["stop", "left", "yes"],
    "mp4_free_first.m4a": SENTENCE,
    "ogg_chained.ogg": ["stop", "left"],
}


@cache
def recognizer() -> Recognizer:
    return Recognizer.load()


@pytest.mark.parametrize(("file", "label"), ONE_WORD.items(), ids=ONE_WORD)
def test_a_word_is_recognized(file: str, label: str) -> None:
    clip = read_audio(CASES / file)
    assert recognizer().classify(clip.samples, clip.sample_rate).label == label


@pytest.mark.parametrize(("file", "words"), SEVERAL_WORDS.items(), ids=SEVERAL_WORDS)
def test_all_words_are_found(file: str, words: list[str]) -> None:
    clip = read_audio(CASES / file)
    unsure = FinderSettings(threshold=0.9)  # what is tested is that nothing of the sound is lost
    found = recognizer().find_words(clip.samples, clip.sample_rate, unsure)
    assert [word.label for word in found] == words


def test_a_valid_file_of_sixteen_channels_is_read() -> None:
    clip = read_audio(CASES / "crash_opus_16ch_valid.webm")
    assert (clip.channels, clip.duration) == (16, pytest.approx(0.5, abs=0.01))


@pytest.mark.parametrize(
    ("peak", "offset"),
    [(1e-3, 0.0), (0.35, 0.3), (0.05, 0.3), (0.01, -0.5), (0.05, "drifting"), (0.003, 0.05)],
)
def test_quiet_speech_on_an_offset_is_found(peak: float, offset: float | str) -> None:
    speech = read_audio(get_sample("several_words").path).samples
    base = np.linspace(-0.4, 0.4, len(speech)) if offset == "drifting" else offset
    clip = read_audio(to_wav(speech / np.abs(speech).max() * peak + base, SAMPLE_RATE))
    found = recognizer().find_words(clip.samples, clip.sample_rate)
    assert [word.label for word in found] == SENTENCE
