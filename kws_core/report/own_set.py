"""A model measured on a person's own recordings, which are labelled by folder or file name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from kws_core.audio.one_second import cut_second, loudest_start
from kws_core.audio.read import read_audio
from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.charts.style import readable
from kws_core.errors import DataError, KwsError
from kws_core.labels import SILENCE, UNKNOWN
from kws_core.report.confusion import Confusion
from kws_core.report.own_files import Intake, Skipped, recordings_of
from kws_core.results.metrics import Share, confusion_matrix, wilson_interval
from kws_core.spotting.recognizer import BATCH_SIZE, Recognizer

LONGEST_S: Final = 10.0  # a longer recording hardly says one word
MOST_KEPT: Final = 50  # mistakes whose sound is kept, to be listened to

_MEANT: Final = {"silence": SILENCE, "unknown": UNKNOWN, "_background_noise_": SILENCE}
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_NUMBER: Final = re.compile(r"[\W\d_]+$")


@dataclass(frozen=True)
class OwnClip:
    """A recording of a test set: its path, its word, and the answer with scores.

    number: of the recordings that were heard, from 0.
    """

    number: int
    path: str
    said: str
    heard: str
    score: float
    score_of_word: float
    seconds: float

    @property
    def is_right(self) -> bool:
        """Whether the word was heard."""
        return self.said == self.heard


@dataclass(frozen=True, eq=False)
class OwnResult:
    """The answers of a model for a test set.

    labels: the model's. clips: in the order read. skipped: what was left out. sounds: the second
    that was heard, 16 kHz, of the first mistakes, by their numbers.
    """

    model: str
    labels: tuple[str, ...]
    clips: tuple[OwnClip, ...]
    skipped: tuple[Skipped, ...]
    sounds: dict[int, Samples]

    @property
    def accuracy(self) -> Share:
        """The share that is right, with Wilson's interval."""
        return wilson_interval(sum(clip.is_right for clip in self.clips), len(self.clips))

    @property
    def mistakes(self) -> tuple[OwnClip, ...]:
        """The clips in which another label was heard, surest first."""
        wrong = (clip for clip in self.clips if not clip.is_right)
        return tuple(sorted(wrong, key=lambda clip: -clip.score))

    @property
    def confusion(self) -> Confusion:
        """Which word was heard as which."""
        column = {label: i for i, label in enumerate(self.labels)}
        heard = np.zeros((len(self.clips), len(self.labels)))
        heard[range(len(self.clips)), [column[clip.heard] for clip in self.clips]] = 1
        said = np.array([column[clip.said] for clip in self.clips], np.int64)
        return Confusion(self.labels, confusion_matrix(heard, said, len(self.labels)))


def measure_own_set(
    uploads: Sequence[tuple[str, bytes]],
    recognizer: Recognizer,
    intake: Intake | None = None,
    progress: Callable[[int], object] = lambda n: None,
) -> OwnResult:
    """Measure a model on uploads, (name, bytes): recordings, and ZIP archives of them.

    Of a clip longer than a second, the loudest second is used. progress: called with the number of
    clips read. Raises DataError if nothing in them can be used.
    """
    intake = intake or Intake()
    clips: list[OwnClip] = []
    sounds: dict[int, Samples] = {}
    batch: list[tuple[str, str, float, Samples]] = []

    def hear() -> None:
        if not batch:
            return
        posteriors = recognizer.posteriors(np.stack([window for *_, window in batch]))
        for (path, said, seconds, window), p in zip(batch, posteriors, strict=True):
            best = int(p.argmax())
            score_of_word = float(p[recognizer.labels.index(said)])
            heard = recognizer.labels[best]
            clip = OwnClip(len(clips), path, said, heard, float(p[best]), score_of_word, seconds)
            clips.append(clip)
            if not clip.is_right and len(sounds) < MOST_KEPT:
                sounds[clip.number] = window
        batch.clear()

    for path, said, samples in _labelled(uploads, recognizer.labels, intake):
        start = loudest_start(samples, recognizer.n_samples)
        window = cut_second(samples, recognizer.n_samples, start)
        batch.append((path, said, len(samples) / SAMPLE_RATE, window))
        if len(batch) == BATCH_SIZE:
            hear()
            progress(len(clips))
    hear()
    if not clips:
        raise DataError(_nothing(intake.skipped))
    return OwnResult(
        recognizer.card.name, recognizer.labels, tuple(clips), tuple(intake.skipped), sounds
    )


def clip_table(clips: Sequence[OwnClip]) -> list[dict[str, Any]]:
    """Return clips as rows of a table."""
    return [
        {
            "File": clip.path,
            "Said": readable(clip.said),
            "Recognised as": readable(clip.heard),
            "Score, %": round(100 * clip.score, 1),
            "Score of its word, %": round(100 * clip.score_of_word, 1),
            "Length, s": round(clip.seconds, 2),
        }
        for clip in clips
    ]


def word_of(path: str, labels: Sequence[str]) -> str | None:
    """Return the label that a path names, None if it names none.

    The folder nearest to the file that is called like a label decides (``yes/0a7c_nohash_0.wav``);
    without one, the first part of the file's own name that is (``yes_1.wav``, ``anna-yes.flac``).
    """
    *folders, name = _alike(path).replace("\\", "/").split("/")
    stem = name.rpartition(".")[0] or name
    meant = {text: label for text, label in _MEANT.items() if label in labels}
    meant |= {_alike(label): label for label in labels}
    names = [*reversed(folders), stem, _NUMBER.sub("", stem), *_LETTERS.findall(stem)]
    return next((meant[text.strip()] for text in names if text.strip() in meant), None)


def _alike(text: str) -> str:
    """Return a text without upper case; some systems write letters and accents apart."""
    return unicodedata.normalize("NFC", text).casefold()


def _labelled(
    uploads: Sequence[tuple[str, bytes]], labels: Sequence[str], intake: Intake
) -> Iterator[tuple[str, str, Samples]]:
    for path, data in recordings_of(uploads, intake):
        said = word_of(path, labels)
        if said is None:
            intake.skip(path, "neither its folder nor its name is one of the model's labels")
            continue
        try:
            clip = read_audio(data)
        except KwsError as error:
            intake.skip(path, str(error))
            continue
        if clip.duration > LONGEST_S:
            intake.skip(path, f"{clip.duration:.0f} s long: one word takes {LONGEST_S:g} s at most")
            continue
        yield path, said, clip.samples


def _nothing(skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return "The upload has no recordings. Upload recordings, or a ZIP archive of them."
    listed = "; ".join(f"{one.path}: {one.reason}" for one in skipped[:3])
    more = f"; and {len(skipped) - 3} more" if len(skipped) > 3 else ""
    return f"None of the files could be used ({listed}{more})."
