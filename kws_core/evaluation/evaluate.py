"""Measure a saved model on the data folder, and keep the scores of every clip."""

from __future__ import annotations

import datetime
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import Samples
from kws_core.evaluation.conditions import balanced_rows, measure_conditions
from kws_core.evaluation.cost import measure_cost
from kws_core.evaluation.false_words import Recording, measure_false_words
from kws_core.evaluation.material import (
    Spoken,
    babble_of_words,
    everyday_sounds,
    kept_out_recordings,
    long_noises,
    other_digits,
    speech_without_words,
    spoken_words,
)
from kws_core.evaluation.picture_clips import pictures_for, score_pictures
from kws_core.evaluation.scoring import score, score_spoken
from kws_core.evaluation.twelve_class_set import in_twelve_classes, n_of_each, silence
from kws_core.models.embeddings import EmbeddingMap, make_map
from kws_core.models.store import MODEL_FOLDER, LoadedModel, load_model, weight_bytes
from kws_core.results.metrics import COMMANDS, accuracy
from kws_core.results.scores import ClipScores, LogPosteriors, figures_of
from kws_core.results.store import RESULTS_FORMAT
from kws_core.spotting.recognizer import Recognizer
from kws_core.training.dataset.fluent import english_words, sentences, words_said
from kws_core.training.dataset.more_sound import folder_recordings, sound_files
from kws_core.training.dataset.shards import noise_recordings, other_recordings


@dataclass(frozen=True)
class EvaluationSettings:
    """How much is measured.

    n_disturbed: clips that are disturbed in every way, and searched for words. n_map: clips on
    the map of words; none if 0. n_runs: of the timing. seed: of everything that is drawn.
    """

    n_disturbed: int = 1200
    n_map: int = 3000
    n_runs: int = 200
    seed: int = 0


QUICK = EvaluationSettings(n_disturbed=300, n_map=0, n_runs=50)


@dataclass(frozen=True)
class Evaluation:
    """All figures as plain JSON values, the scores of all clips, and the map of words."""

    figures: dict[str, Any]
    scores: ClipScores
    word_map: EmbeddingMap | None


def evaluate(
    name: str,
    data: Path,
    split: str,
    model_folder: Path = MODEL_FOLDER,
    settings: EvaluationSettings | None = None,
    other_sentences: Path | None = None,
) -> Evaluation:
    """Measure a model on a split: val or test_a.

    other_sentences: a folder of sound files, of people who are in no training data saying something
    else: words found there are false. Raises UnknownModelError or DamagedModelError, and DataError
    if a file is missing or damaged or the model has no label for a word.
    """
    settings = settings or EvaluationSettings()
    started = time.monotonic()
    if other_sentences is not None:
        sound_files(other_sentences)  # whether there are any, before all that takes minutes
    model = load_model(name, model_folder)
    recognizer = Recognizer(model)
    spoken = spoken_words(data, split, recognizer.labels)
    kept_out = kept_out_recordings(data, recognizer.labels)
    noise = list(noise_recordings(data, "val"))
    long = long_noises(noise)
    as_silence = list(long.values()) or [samples for _, samples in noise]
    scores, word_map = _score_split(model, data, split, spoken, as_silence, settings)
    figures = {
        "format": RESULTS_FORMAT,
        "model": name,
        "weights_sha256": model.card.sha256,
        "temperature": model.card.temperature,
        "split": split,
        "date": datetime.date.today().isoformat(),
        "settings": asdict(settings),
        **figures_of(scores),
        "sound_of_picture_words": _kept_out(recognizer, kept_out),
        "digits_of_other_speakers": _digits(recognizer, data),
    }
    # The words that a split has few recordings of get those that were kept out of training.
    disturbed = spoken + kept_out if split == "val" else spoken
    rng = np.random.default_rng(settings.seed)
    disturbed = disturbed.select(balanced_rows(disturbed.target, settings.n_disturbed, rng))
    voices = babble_of_words(data, settings.seed)
    noises = long | {"everyday_sounds": everyday_sounds(noise), "babble": voices}
    noises = {kind: samples for kind, samples in noises.items() if len(samples)}
    figures["conditions"] = measure_conditions(recognizer, disturbed, noises, settings.seed)
    without_words = _without_words(data, noise, other_sentences)
    figures["false_words"] = measure_false_words(recognizer, disturbed, without_words)
    n_bytes = weight_bytes(name, model_folder)
    figures["cost"] = measure_cost(model, n_bytes, spoken.clips[0], settings.n_runs)
    figures["seconds"] = round(time.monotonic() - started)
    return Evaluation(figures, scores, word_map)


def _without_words(
    data: Path, noise: Sequence[tuple[str, Samples]], folder: Path | None
) -> dict[str, list[Recording]]:
    """Return recordings to be silent in, by kind; in fluent English some words are said inside."""
    fluent = [
        Recording(one.corpus, one.samples, words_said(one.text))
        for one in sentences(data, "val")
        if one.text
    ]
    others: dict[str, Sequence[tuple[str, Samples]]] = {
        "other_english_words": list(english_words(data)),
        **speech_without_words(list(other_recordings(data, "val"))),
        "noise": noise,
    }
    if folder is not None:
        others["sentences"] = list(folder_recordings(folder))
    return {"fluent_english": fluent} | {
        kind: [Recording(*row) for row in rows] for kind, rows in others.items()
    }


def _score_split(
    model: LoadedModel,
    data: Path,
    split: str,
    spoken: Spoken,
    as_silence: Sequence[Samples],
    settings: EvaluationSettings,
) -> tuple[ClipScores, EmbeddingMap | None]:
    """Ask about all clips of a split, its pictures included, and about the 12-class silence."""
    recognizer = Recognizer(model)
    rng = np.random.default_rng(settings.seed)
    pictures = pictures_for(model.front_end, data, split, recognizer.labels)
    with recognizer.recorded_embeddings() as embeddings:
        log_posteriors = score_spoken(recognizer, spoken, f"{split} recordings")
        target, name = spoken.target, spoken.name
        if pictures is not None:
            of_pictures = score_pictures(recognizer, pictures)
            log_posteriors = np.concatenate([log_posteriors, of_pictures])
            target = np.concatenate([target, pictures.target])
            name = np.concatenate([name, pictures.name])
    words = [recognizer.labels[i] for i in target]
    n_silence = n_of_each(int(np.isin(words, COMMANDS).sum()))
    windows = silence(as_silence, n_silence, recognizer.n_samples, rng)
    scores = ClipScores(
        labels=recognizer.labels,
        log_posteriors=log_posteriors,
        target=target,
        utterance=name,
        is_picture=np.arange(len(target)) >= len(spoken),
        in_twelve=in_twelve_classes(words, rng),
        silence=score(recognizer, windows, len(windows), "silence"),
    )
    if not settings.n_map:
        return scores, None
    rows = balanced_rows(target, settings.n_map, rng)
    return scores, make_map(np.concatenate(embeddings)[rows], rows, settings.seed)


def _kept_out(recognizer: Recognizer, spoken: Spoken) -> dict[str, Any] | None:
    """Measure the few recordings of words that were trained on as pictures."""
    scores = score_spoken(recognizer, spoken, "kept out of training")
    words = np.array([recognizer.labels[i] for i in spoken.target], np.str_)
    return _shares(scores, spoken, "words", words)


def _digits(recognizer: Recognizer, data: Path) -> dict[str, Any] | None:
    """Ask for the digits of six speakers of another corpus, whom no model was trained on."""
    spoken = other_digits(data, recognizer.labels)
    return _shares(
        score_spoken(recognizer, spoken, "other digits"), spoken, "speakers", spoken.name
    )


def _shares(
    scores: LogPosteriors, spoken: Spoken, kind: str, group: npt.NDArray[np.str_]
) -> dict[str, Any] | None:
    """Return the accuracy of all clips, and that of each group (n,); None without clips."""
    if not len(spoken):
        return None
    groups = {
        str(each): asdict(accuracy(scores[group == each], spoken.target[group == each]))
        for each in np.unique(group)
    }
    return asdict(accuracy(scores, spoken.target)) | {kind: groups}
