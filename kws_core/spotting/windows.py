"""A second of sound scored every hop, with every frame of features computed once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.spotting.history import History
from kws_core.spotting.loudness import STEP
from kws_core.spotting.recognizer import Recognizer

_LOWEST_POWER = 1e-12


@dataclass(frozen=True)
class ScoredWindows:
    """Windows of a second: the sample each ends before (n,), posteriors (n, labels), level (n,).

    level_db: the RMS level of the loudest 10 ms of each window, in dB of full scale.
    """

    end: npt.NDArray[np.int64]
    posteriors: npt.NDArray[np.float64]
    level_db: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.end)


class WindowScorer:
    """Scores windows of a stream at 16 kHz as `Recognizer.classify` does the same seconds.

    With a log-mel front end, every frame is computed once and shared by the windows that it is
    in. Other front ends (raw wave, MFCC, pictures) are computed anew for every window.
    """

    def __init__(self, recognizer: Recognizer, hop_steps: int, history_s: float) -> None:
        self._recognizer = recognizer
        self._hop = hop_steps * STEP
        self._n_windows = 0
        # A block of up to a second may complete windows that began a second before it.
        kept_s = history_s + 1 + recognizer.n_samples / SAMPLE_RATE
        kept_steps = round(kept_s * SAMPLE_RATE / STEP)
        self.samples = History(kept_steps * STEP, (), np.float32)
        self._power = History(kept_steps, (), np.float64)  # of each 10 ms
        self._config = recognizer.log_mel_config()
        # Only if frames lie on the grid that windows start on can these share them.
        if self._config is not None and self._hop % self._config.hop_length:
            self._config = None
        self.log_mel: History | None = None
        if self._config is not None:
            n_frames = kept_steps * STEP // self._config.hop_length
            self.log_mel = History(n_frames, (self._config.n_mels,), np.float32)

    @property
    def missing(self) -> int:
        """How many samples complete the next window."""
        return self._n_windows * self._hop + self._recognizer.n_samples - self.samples.stop

    def push(self, samples: Samples) -> ScoredWindows:
        """Take samples (n,), any number of them, and score the windows they complete."""
        blocks = range(0, len(samples), SAMPLE_RATE)
        scored = [self._push_block(samples[at : at + SAMPLE_RATE]) for at in blocks]
        if not scored:
            return self._score(0, 0)
        return ScoredWindows(
            np.concatenate([part.end for part in scored]),
            np.concatenate([part.posteriors for part in scored]),
            np.concatenate([part.level_db for part in scored]),
        )

    def _push_block(self, samples: Samples) -> ScoredWindows:
        self.samples.append(samples)
        whole = self.samples.stop // STEP  # steps of 10 ms
        if whole > self._power.stop:
            new = self.samples.between(self._power.stop * STEP, whole * STEP)
            steps = new.reshape(-1, STEP).astype(np.float64)  # (steps, samples)
            self._power.append(np.mean(np.square(steps), axis=1))
        first = self._n_windows
        complete = (self.samples.stop - self._recognizer.n_samples) // self._hop + 1
        self._n_windows = max(first, complete)
        self._extend_log_mel(at_once=self._n_windows > first)
        return self._score(first, self._n_windows)

    def _extend_log_mel(self, *, at_once: bool) -> None:
        """Add the frames that are complete; unless at once, not before a hop of them is."""
        config, log_mel = self._config, self.log_mel
        if config is None or log_mel is None:
            return
        complete = (self.samples.stop - config.win_length) // config.hop_length + 1
        least = 1 if at_once else self._hop // config.hop_length
        if complete - log_mel.stop < least:
            return
        last = (complete - 1) * config.hop_length + config.win_length
        samples = self.samples.between(log_mel.stop * config.hop_length, last)
        log_mel.append(self._recognizer.features(samples).T)  # (frames, n_mels)

    def _score(self, first: int, stop: int) -> ScoredWindows:
        n_samples = self._recognizer.n_samples
        starts = np.arange(first, stop, dtype=np.int64) * self._hop
        if not len(starts):
            nothing = np.zeros(0)
            return ScoredWindows(starts, np.zeros((0, len(self._recognizer.labels))), nothing)
        steps = [self._power.between(s // STEP, (s + n_samples) // STEP) for s in starts.tolist()]
        power = np.array([step.max() for step in steps])  # (windows,)
        level_db = 10 * np.log10(np.maximum(power, _LOWEST_POWER))
        posteriors = self._posteriors(starts).astype(np.float64)
        return ScoredWindows(starts + n_samples, posteriors, level_db)

    def _posteriors(self, starts: npt.NDArray[np.int64]) -> npt.NDArray[np.floating]:
        if self._config is None or self.log_mel is None:
            n_samples = self._recognizer.n_samples
            windows = [self.samples.between(s, s + n_samples) for s in starts.tolist()]
            return self._recognizer.posteriors(np.stack(windows))
        frames = [int(s) // self._config.hop_length for s in starts]
        pictures = [self.log_mel.between(k, k + self._config.n_frames).T for k in frames]
        return self._recognizer.posteriors_together(np.stack(pictures))
