"""Log-mel columns and scores of a stream on one time axis, in small pieces to be drawn."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from kws_core.spotting import KeywordDetector

# In ln(power) of frames: fixed, so that nothing flickers. Speech at -27 dBFS has its peaks near 6.
QUIETEST, LOUDEST = -9.0, 7.0

OVERLAP_S = 1.5  # of a piece with the one before
WHOLE_EVERY = 10  # pieces

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Strip:
    """A piece of a stream, to be drawn after the piece before; overlaps do no harm.

    now: the second of the stream that was reached. mel: columns (n, n_mels) in 256 steps, and
    mel_time the second of each one's centre. scores: smoothed ones (m, labels) in 256 steps,
    and scores_time the second in which each window ends.
    """

    now: float
    mel_time: npt.NDArray[np.float64]
    mel: Bytes
    scores_time: npt.NDArray[np.float64]
    scores: Bytes

    def later(self, seconds: float) -> Strip:
        """Return it moved to a later time."""
        return replace(
            self,
            now=self.now + seconds,
            mel_time=self.mel_time + seconds,
            scores_time=self.scores_time + seconds,
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values; arrays of bytes in base64, times in milliseconds."""
        return {
            "now": round(self.now, 3),
            "melTime": np.round(self.mel_time * 1000).astype(int).tolist(),
            "mel": base64.b64encode(self.mel.tobytes()).decode("ascii"),
            "bands": self.mel.shape[1],
            "scoresTime": np.round(self.scores_time * 1000).astype(int).tolist(),
            "scores": base64.b64encode(self.scores.tobytes()).decode("ascii"),
        }


class Pieces:
    """Decides where the next piece of the strip starts, so that a lost piece leaves no gap.

    A piece overlaps the one before, and every tenth holds everything: a browser that was too busy
    to take several of them soon has it all again.
    """

    def __init__(self) -> None:
        self._n_sent = 0
        self._reached = 0.0

    @property
    def since(self) -> float | None:
        """The second of the stream that the next piece begins at; None: as early as possible."""
        whole = self._n_sent % WHOLE_EVERY == 0
        return None if whole else max(self._reached - OVERLAP_S, 0.0)

    def sent(self, now: float) -> None:
        """Take note that a piece up to a second of the stream was sent."""
        self._n_sent += 1
        self._reached = now


def strip_since(detector: KeywordDetector, since: float | None) -> Strip:
    """Return what a detector computed after a second of its stream; None: all that it keeps."""
    after = -1.0 if since is None else since
    log_mel, posteriors = detector.log_mel, detector.posteriors
    mel_time, mel = np.zeros(0), np.zeros((0, 0), np.uint8)
    if log_mel is not None:
        new = log_mel.time > after
        mel_time, mel = log_mel.time[new], _steps(log_mel.frames[:, new].T, QUIETEST, LOUDEST)
    new = posteriors.time > after
    return Strip(
        now=detector.duration,
        mel_time=mel_time,
        mel=mel,
        scores_time=posteriors.time[new],
        scores=_steps(posteriors.smoothed[new], 0.0, 1.0),
    )


def _steps(values: npt.NDArray[np.floating[Any]], lowest: float, highest: float) -> Bytes:
    share = (values - lowest) / (highest - lowest)
    steps: Bytes = np.round(255 * np.clip(share, 0.0, 1.0)).astype(np.uint8)
    return steps
