"""Hits in recordings that a person brings, judged one by one: what each threshold is worth."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any, Final

import numpy as np

from kws_core.archive.hear import MIXED, Event
from kws_core.archive.labels import LABELS
from kws_core.audio.long import Piece
from kws_core.audio.pool import decoders
from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.errors import AudioError, DataError
from kws_core.report.own_files import Intake, Skipped, UploadLimits, recordings_of
from kws_core.results.metrics import Share, wilson_interval
from kws_core.spotting.candidates import FinderSettings
from kws_core.spotting.recognizer import Recognizer
from kws_core.spotting.streamed_finder import StreamedFinder
from kws_core.spotting.window_batch import WindowBatch

AROUND_S: Final = 2.0  # of sound on each side of a hit
LEAST_SCORE: Final = 0.7  # hits below are hardly ever right
MOST_HITS: Final = 5_000
LIMITS: Final = UploadLimits(file_bytes=50 * 2**20)
THRESHOLDS: Final = (0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.96, 0.98)

Uploads = Sequence[tuple[str, bytes]]  # name, content


@dataclass(frozen=True)
class Hit:
    """A word in the recording of that number, in the order of `recordings_of`."""

    recording: int
    event: Event


@dataclass(frozen=True)
class Hits:
    """What was found in uploads.

    seconds: of sound in n_recordings. skipped: files that were left out, and why.
    """

    hits: tuple[Hit, ...]
    n_recordings: int
    seconds: float
    skipped: tuple[Skipped, ...]


def find_hits(
    uploads: Uploads,
    recognizer: Recognizer,
    alone: bool = True,
    intake: Intake | None = None,
    progress: Callable[[int, float], object] = lambda n, seconds: None,
) -> Hits:
    """Find the words from LEAST_SCORE on in recordings, and in ZIP archives of them.

    progress: gets recordings and seconds of sound so far. Raises DataError if nothing can be used.
    """
    intake = intake or Intake(LIMITS)
    settings = FinderSettings(LEAST_SCORE, alone=alone)
    batch = WindowBatch(recognizer.posteriors, recognizer.labels)
    hits: list[Hit] = []
    n, total = 0, 0.0
    for number, (path, data) in enumerate(recordings_of(uploads, intake)):
        if len(hits) >= MOST_HITS:
            intake.skip(path, f"left out: more than {MOST_HITS:,} hits")
            continue
        finder = StreamedFinder(recognizer.n_samples, batch, settings)
        try:
            for piece in _pieces(data):
                finder.push(piece.samples[:, 0])
                if late := intake.is_late():
                    intake.skip(path, f"heard up to {finder.seconds / 60:.1f} min: {late}")
                    break
        except AudioError as error:
            intake.skip(path, str(error))
            continue
        finder.finish()
        batch.flush()
        for word in finder.words():
            event = Event(path, MIXED, word.start, word.end, word.label, word.score)
            hits.append(Hit(number, event))
        n, total = n + 1, total + finder.seconds
        progress(n, total)
    if not n:
        reasons = "; ".join(f"{one.path}: {one.reason}" for one in intake.skipped[:3])
        raise DataError(f"None of the files could be heard ({reasons or 'there are none'}).")
    return Hits(tuple(hits[:MOST_HITS]), n, total, tuple(intake.skipped))


def _pieces(data: bytes) -> Iterator[Piece]:
    return decoders.pieces(lambda start, n_bytes: data[start : start + n_bytes], len(data))


def sound_around(uploads: Uploads, hit: Hit) -> tuple[Samples, float] | None:
    """Return a hit with AROUND_S on each side, (n,) at 16 kHz, and where in it the word starts.

    None if its recording is no longer among the uploads.
    """
    found = next(islice(recordings_of(uploads, Intake(LIMITS)), hit.recording, None), None)
    if found is None or found[0] != hit.event.file:
        return None
    data = found[1]
    first = max(0, round((hit.event.start - AROUND_S) * SAMPLE_RATE))
    last = round((hit.event.end + AROUND_S) * SAMPLE_RATE)
    kept: list[Samples] = []
    at = 0
    for piece in _pieces(data):
        samples = piece.samples[:, 0]
        kept.append(samples[max(0, first - at) : max(0, last - at)])
        at += len(samples)
        if at >= last:
            break
    return np.concatenate(kept), hit.event.start - first / SAMPLE_RATE


def precision_by_threshold(
    hits: Sequence[Hit], is_right: Mapping[Hit, bool]
) -> list[tuple[float, Share]]:
    """Return the share of right hits among those judged, from each threshold on.

    Thresholds without a judged hit are left out, and those below which no more were judged.
    """
    judged = [(hit.event.score, is_right[hit]) for hit in hits if hit in is_right]
    found: list[tuple[float, Share]] = []
    for threshold in reversed(THRESHOLDS):
        above = [right for score, right in judged if score >= threshold]
        if above and (not found or len(above) > found[0][1].n):
            found.insert(0, (threshold, wilson_interval(sum(above), len(above))))
    return found


def hit_rows(hits: Iterable[Hit], is_right: Mapping[Hit, bool]) -> list[dict[str, Any]]:
    """Return hits as rows of a table."""
    verdicts = {True: "right", False: "wrong", None: None}
    return [
        {
            "Word": hit.event.label,
            "Score, %": round(100 * hit.event.score, 1),
            "Verdict": verdicts[is_right.get(hit)],
            "File": hit.event.file,
            "Start, s": round(hit.event.start, 2),
            "End, s": round(hit.event.end, 2),
        }
        for hit in hits
    ]


def label_archive(hits: Sequence[Hit], kind: str) -> bytes:
    """Return a ZIP archive with a label file for each recording; kind: of `labels.LABELS`."""
    ending, make = LABELS[kind]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for number, group in groupby(hits, key=lambda hit: hit.recording):
            events = [hit.event for hit in group]
            name = events[0].file.replace("\\", "/").split("/")[-1]
            packed.writestr(f"{number + 1:04d}-{name}{ending}", make(events))
    return out.getvalue()
