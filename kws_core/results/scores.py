"""The scores of all clips of an evaluation, and every figure that follows from them.

Accuracy, confusions, calibration and ROC can be had again without any audio, of all clips or of
some: ``figures_of(load_scores(folder, "ds-resnet", "val"))`` (see `kws_core.results.store`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from kws_core.labels import SILENCE, UNKNOWN
from kws_core.results.metrics import (
    TWELVE_LABELS,
    Share,
    accuracy,
    confusion_matrix,
    mean_over_words,
    reliability,
    roc_curve,
    top_confusions,
    twelve_classes,
    wilson_interval,
    word_figures,
)

# Posteriors below are all the same here; the half floats that scores are kept as end near 6e-8.
LEAST_POSTERIOR = 1e-7
_DIGITS = 5  # of the points of a ROC curve

_TWELVE_METHOD = (
    "All clips of the ten commands, recordings and pictures; as unknown, a tenth as many of the "
    "other words' clips, drawn at random; as silence, a tenth as many random seconds of the "
    "held-out ends of the long background noises, each at a random volume of 0 to 1. The "
    "probabilities of all other words are added to that of unknown. among_words: the output for "
    "speech that is none of the 35 words left out, since no clip of the set is that, and networks "
    "of the field learn unknown from the other words."
)

LogPosteriors = npt.NDArray[np.float16]


def as_log_posteriors(posteriors: npt.NDArray[np.floating]) -> LogPosteriors:
    """Return natural logarithms of posteriors, rounded as they are kept."""
    return np.asarray(np.log(np.maximum(posteriors, LEAST_POSTERIOR)), dtype=np.float16)


@dataclass(frozen=True)
class ClipScores:
    """The scores of all clips of a split, after temperature scaling; labels are the model's.

    log_posteriors: (n, labels). target: (n,), the column of the true label. utterance: (n,), as
    Speech Commands names its files. is_picture: (n,), whether only the log-mel picture of a clip
    was left. in_twelve: (n,), whether a clip belongs to the 12-class set. silence: (m, labels),
    the scores of the noise that is the 12-class set's silence.
    """

    labels: tuple[str, ...]
    log_posteriors: LogPosteriors
    target: npt.NDArray[np.int64]
    utterance: npt.NDArray[np.str_]
    is_picture: npt.NDArray[np.bool_]
    in_twelve: npt.NDArray[np.bool_]
    silence: LogPosteriors

    def __len__(self) -> int:
        return len(self.target)

    @property
    def posteriors(self) -> npt.NDArray[np.float64]:
        """Probabilities (n, labels), adding up to 1."""
        return _probabilities(self.log_posteriors)

    @property
    def speaker(self) -> npt.NDArray[np.str_]:
        """Who speaks in each clip, (n,)."""
        return np.array([name.split("_nohash_")[0] for name in self.utterance.tolist()], np.str_)

    def select(self, rows: npt.NDArray[Any]) -> ClipScores:
        """Return the scores of these clips (a mask or indices)."""
        columns = ("log_posteriors", "target", "utterance", "is_picture", "in_twelve")
        return replace(self, **{name: getattr(self, name)[rows] for name in columns})


def figures_of(scores: ClipScores) -> dict[str, Any]:
    """Return all figures that follow from the scores, as plain JSON values."""
    posteriors, target, labels = scores.posteriors, scores.target, scores.labels
    counts = confusion_matrix(posteriors, target, len(labels))
    bins, calibration_error = reliability(posteriors, target)
    sound, picture = ~scores.is_picture, scores.is_picture
    return {
        "accuracy": asdict(accuracy(posteriors, target)),
        "mean_over_words": mean_over_words(posteriors, target),
        "among_words": asdict(accuracy(_leave_out(posteriors, labels, SILENCE, UNKNOWN), target)),
        "recordings": _share_of(posteriors[sound], target[sound]),
        "pictures": _share_of(posteriors[picture], target[picture]),
        "by_kind": _recall_by_kind(scores),
        "words": [asdict(word) for word in word_figures(counts, labels) if word.n],
        "confusion": {"labels": list(labels), "counts": counts.tolist()},
        "top_confusions": [list(row) for row in top_confusions(counts, labels)],
        "calibration": {"ece": calibration_error, "bins": [asdict(b) for b in bins]},
        "roc": _roc(scores),
        "twelve_classes": _twelve(scores),
    }


def _leave_out(
    posteriors: npt.NDArray[np.float64], labels: tuple[str, ...], *which: str
) -> npt.NDArray[np.float64]:
    """Leave the other labels to choose from, as networks without these outputs have to."""
    return np.where(np.isin(labels, which), 0.0, posteriors)


def _share_of(
    posteriors: npt.NDArray[np.floating], target: npt.NDArray[np.int64]
) -> dict[str, Any] | None:
    return asdict(accuracy(posteriors, target)) if len(target) else None


def _recall_by_kind(scores: ClipScores) -> list[dict[str, Any]]:
    """Compare words that exist both as sound and as picture: which of the two must not matter."""
    right = scores.log_posteriors.argmax(axis=1) == scores.target

    def recall(rows: npt.NDArray[np.bool_]) -> Share:
        return wilson_interval(int(right[rows].sum()), int(rows.sum()))

    found = []
    for target in np.unique(scores.target):
        sound = recall((scores.target == target) & ~scores.is_picture)
        picture = recall((scores.target == target) & scores.is_picture)
        if sound.n and picture.n:
            word = {"label": scores.labels[target]}
            found.append(word | {"sound": asdict(sound), "picture": asdict(picture)})
    return found


def _roc(scores: ClipScores) -> list[dict[str, Any]]:
    """Return each word's curve, with rounded points, and its area under all of it."""
    posteriors = scores.posteriors
    found: list[dict[str, Any]] = []
    for target in np.unique(scores.target):
        curve = roc_curve(posteriors[:, target], scores.target == target)
        if curve is not None:
            points = {
                name: [round(x, _DIGITS) for x in getattr(curve, name)]
                for name in ("false_positive", "true_positive", "threshold")
            }
            found.append({"label": scores.labels[target], "area": curve.area, **points})
    return found


def _twelve(scores: ClipScores) -> dict[str, Any]:
    """Return the figures of the 12-class set: some of the clips, and noise as silence."""
    posteriors = np.concatenate(
        [scores.posteriors[scores.in_twelve], _probabilities(scores.silence)]
    )
    column = {label: i for i, label in enumerate(TWELVE_LABELS)}
    words = [scores.labels[target] for target in scores.target[scores.in_twelve]]
    spoken = [column.get(word, column[UNKNOWN]) for word in words]
    target = np.array(spoken + [column[SILENCE]] * len(scores.silence), dtype=np.int64)
    twelve = twelve_classes(posteriors, scores.labels)
    counts = confusion_matrix(twelve, target, len(TWELVE_LABELS))
    return {
        "method": _TWELVE_METHOD,
        "accuracy": _share_of(twelve, target),
        "among_words": _share_of(
            twelve_classes(_leave_out(posteriors, scores.labels, UNKNOWN), scores.labels), target
        ),
        "classes": [asdict(each) for each in word_figures(counts, TWELVE_LABELS)],
        "confusion": {"labels": list(TWELVE_LABELS), "counts": counts.tolist()},
    }


def _probabilities(log_posteriors: LogPosteriors) -> npt.NDArray[np.float64]:
    p = np.exp(log_posteriors.astype(np.float64))
    total: npt.NDArray[np.float64] = p.sum(axis=1, keepdims=True)
    return p / total
