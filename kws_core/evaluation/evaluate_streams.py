"""Measure a saved model as a detector on streams put together from the data folder."""

from __future__ import annotations

import datetime
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from kws_core.evaluation.fluent_streams import score_sentences
from kws_core.evaluation.material import (
    babble,
    everyday_sounds,
    kept_out_recordings,
    long_noises,
    speech_without_words,
    spoken_words,
)
from kws_core.evaluation.scored_sound import score_sound
from kws_core.evaluation.stream_judge import TOLERANCE_S
from kws_core.evaluation.stream_measurements import ScoredStream, figures_of_streams
from kws_core.evaluation.stream_set import (
    SNRS_DB,
    StreamSetSettings,
    StreamSources,
    draw_streams,
    render,
    said_words,
)
from kws_core.models.store import MODEL_FOLDER
from kws_core.results.stream_store import STREAM_FORMAT
from kws_core.spotting import DetectorSettings
from kws_core.spotting.recognizer import Recognizer
from kws_core.training.dataset.fluent import sentences
from kws_core.training.dataset.shards import noise_recordings, other_recordings

_METHOD = (
    "Clips of the split's speakers (of words that few of them say, also recordings kept out of "
    "training) at random gaps, with the held-out other speech of many people between them (not "
    "the one speaker of eight Vietnamese commands, who would be most of it), over held-out "
    "noise, eight people saying other things at once included; the ratio is that of the mean "
    "level of speech to the mean power of the noise. Per noise the same stream is heard at every "
    "ratio. Half of the streams without words have other speech, at the same gaps, over noise at "
    "all ratios, half nothing but noise; the same held-out speech and noise come again in them, "
    "at other levels and places. A word counts as heard if its label fires between its start and "
    "'tolerance' seconds after its end; each word is matched once, and a second time is a false "
    "alarm. wrong: words in whose time another word fired. False alarms are per hour of all that "
    "is no word's time, in all streams. fluent: every recording of fluent English of validation "
    "speakers that has a transcript is heard by itself; an alarm on a word that the transcript "
    "holds, or on one that a word of it sounds like, begins with or ends with, is counted apart "
    "(said_inside); rates are per hour of these recordings. At a ratio, each "
    "of them is heard over one of the noises, so much below the mean level of its speech."
)


def evaluate_stream(
    name: str,
    data: Path,
    split: str,
    model_folder: Path = MODEL_FOLDER,
    settings: StreamSetSettings | None = None,
    detector: DetectorSettings | None = None,
) -> dict[str, Any]:
    """Measure a model as detector on a split, val or test_a; figures as plain JSON values.

    Settings are chosen on val only. Raises UnknownModelError or DamagedModelError, and DataError
    if a file is missing or damaged or the model has no label for a word.
    """
    settings, detector = settings or StreamSetSettings(), detector or DetectorSettings()
    started = time.monotonic()
    recognizer = Recognizer.load(name, model_folder)
    sources = stream_sources(data, split, recognizer.labels, settings.seed)
    streams = score_streams(recognizer, sources, settings, detector)
    fluent = {
        snr_db: score_sentences(
            recognizer, sentences(data, "val"), detector, sources.noises, snr_db
        )
        for snr_db in SNRS_DB
    }
    figures = {
        "format": STREAM_FORMAT,
        "model": name,
        "weights_sha256": recognizer.card.sha256,
        "split": split,
        "date": datetime.date.today().isoformat(),
        "method": _METHOD,
        "tolerance": TOLERANCE_S,
        "detector": asdict(detector),
        "set": asdict(settings),
        **figures_of_streams(streams, fluent, recognizer.labels, detector),
    }
    figures["seconds"] = round(time.monotonic() - started)
    return figures


def stream_sources(data: Path, split: str, labels: Sequence[str], seed: int) -> StreamSources:
    """Decode what streams of a split are made of; raises `DataError` if something is missing."""
    others = speech_without_words(list(other_recordings(data, "val")))["other_speech"]
    words = spoken_words(data, split, labels)
    # The words that a split has few recordings of get those that were kept out of training.
    if split == "val":
        words = words + kept_out_recordings(data, labels)
    noise = list(noise_recordings(data, "val"))
    noises = long_noises(noise)
    # No word is said in this babble, as in none of the noises: what is heard there is wrong.
    voices = babble([samples for _, samples in others], np.random.default_rng(seed))
    noises |= {"everyday_sounds": everyday_sounds(noise), "babble": voices}
    noises = {kind: samples for kind, samples in noises.items() if len(samples)}
    return StreamSources(words, others, noises)


def score_streams(
    recognizer: Recognizer,
    sources: StreamSources,
    settings: StreamSetSettings,
    detector: DetectorSettings,
) -> list[ScoredStream]:
    """Draw and render all streams, and hear each once."""
    streams = []
    for draw in tqdm(draw_streams(sources, settings), "streams", leave=False):
        sound = score_sound(recognizer, render(draw, sources), detector)
        streams.append(ScoredStream(draw, said_words(draw, sources), sound))
    return streams
