"""What the recogniser makes of the chosen clip, worked out once and kept in the session."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

import streamlit as st

from kws_core.audio.clip import Clip
from kws_core.audio.one_second import fits_whole
from kws_core.audio.waveform import Samples
from kws_core.features.front_ends import LogMelConfig
from kws_core.spotting.candidates import FinderSettings
from kws_core.spotting.finder import Word
from kws_core.spotting.prediction import Prediction
from kws_core.spotting.recognizer import Recognizer
from kws_core.ui.clip.current_clip import COMPUTED, ChosenClip
from kws_core.ui.shared import taught_words

ALONE: Final = "clip_alone"  # whether only commands on their own are found, of the session
_KEPT: Final = f"{COMPUTED}heard"


@dataclass(frozen=True, eq=False)
class Heard:
    """What was heard in one clip.

    words: of a clip longer than the model's window, in the order spoken. prediction: of a shorter
    clip, or of the window around the only word. log_mel: (bands, frames) in ln(power), made with
    config; None if the model takes something else. steps: what took how long, in seconds. alone:
    whether only commands on their own were looked for.
    """

    clip_key: str
    recogniser: Recognizer
    alone: bool
    words: tuple[Word, ...]
    prediction: Prediction | None
    is_single: bool
    log_mel: Samples | None
    config: LogMelConfig | None
    steps: dict[str, float]


def heard_in(chosen: ChosenClip) -> Heard:
    """The result for a clip; only the session's last one is kept."""
    recogniser, alone = taught_words.recogniser(), bool(st.session_state.get(ALONE, True))
    kept: Heard | None = st.session_state.get(_KEPT)
    wanted = (chosen.key, alone)
    if kept is None or kept.recogniser is not recogniser or (kept.clip_key, kept.alone) != wanted:
        kept = st.session_state[_KEPT] = _listen(chosen, recogniser, alone)
    return kept


def _listen(chosen: ChosenClip, recogniser: Recognizer, alone: bool) -> Heard:
    clip = chosen.clip
    config = recogniser.log_mel_config()
    steps = {"decoding": chosen.decode_seconds}
    started = time.perf_counter()
    log_mel = recogniser.features(clip.samples) if config else None
    drawn = time.perf_counter()
    is_single = fits_whole(clip.samples, recogniser.n_samples)
    words: tuple[Word, ...] = ()
    prediction: Prediction | None = None
    if is_single:
        prediction = recogniser.classify(clip.samples, clip.sample_rate)
        steps |= {"features": prediction.timing.features, "model": prediction.timing.model}
    else:
        settings = FinderSettings(alone=alone)
        words = tuple(recogniser.find_words(clip.samples, clip.sample_rate, settings))
        steps |= {"features": drawn - started, "finding words": time.perf_counter() - drawn}
        prediction = _around(words[0], clip, recogniser) if len(words) == 1 else None
    return Heard(
        chosen.key, recogniser, alone, words, prediction, is_single, log_mel, config, steps
    )


def _around(word: Word, clip: Clip, recogniser: Recognizer) -> Prediction | None:
    """Scores of the window with the word in its middle, unless they contradict the word."""
    middle = round((word.start + word.end) / 2 * clip.sample_rate)
    start = max(middle - recogniser.n_samples // 2, 0)
    window = clip.samples[start : start + recogniser.n_samples]
    prediction = recogniser.classify(window, clip.sample_rate)
    return prediction if prediction.label == word.label else None
