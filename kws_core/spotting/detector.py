"""The detector: samples of an endless stream in, words out as they are spoken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.spotting.decision import Decider, Fired, smooth
from kws_core.spotting.detector_settings import DetectorSettings
from kws_core.spotting.follower import Follower
from kws_core.spotting.history import History
from kws_core.spotting.intake import Faults, Intake
from kws_core.spotting.loudness import STEP, levels_db
from kws_core.spotting.recognizer import Recognizer
from kws_core.spotting.windows import ScoredWindows, WindowScorer
from kws_core.spotting.word_bounds import CONTEXT_S, word_in
from kws_core.spotting.word_scores import word_scores


@dataclass(frozen=True)
class Detection:
    """A word that was heard; times in seconds of the stream.

    start, end: of its sound, estimated from the level; end is that of the window if the sound
    goes on. score: as `smoothed_scores` gives it. latency: from the end of the sound to the end of
    the window that decided; how long computing took comes on top.
    """

    label: str
    start: float
    end: float
    score: float
    latency: float

    @property
    def time(self) -> float:
        """The end of the window that decided."""
        return self.end + self.latency


@dataclass(frozen=True)
class Posteriors:
    """What was computed of late: window ends in seconds (n,), posteriors and scores (n, labels)."""

    labels: tuple[str, ...]
    time: npt.NDArray[np.float64]
    raw: npt.NDArray[np.float64]
    smoothed: npt.NDArray[np.float64]


@dataclass(frozen=True)
class LogMelPast:
    """Log-mel frames of late (n_mels, frames), in ln(power), and their centres in seconds."""

    time: npt.NDArray[np.float64]
    frames: npt.NDArray[np.float32]


class KeywordDetector:
    """Listens to one stream; what comes out does not depend on how the stream is cut.

    For one thread at a time: each stream has its own detector, and whoever draws from another
    thread takes a lock around `push` and the properties. The recogniser may be shared. Memory is
    bounded: the last seconds (`DetectorSettings.history`) are kept. The first window is whole
    after a second: nothing is heard before.

    follower: gets every window too, or None. Raises SettingsError if the settings name a word that
    the model doesn't know.
    """

    def __init__(self, recognizer: Recognizer, settings: DetectorSettings | None = None) -> None:
        self.follower: Follower | None = None
        self._recognizer = recognizer
        self.labels = recognizer.labels
        self.settings = settings or DetectorSettings()
        self.reset()

    def reset(self) -> None:
        """Forget everything, as if nothing had been heard; the settings stay."""
        settings, n_labels = self.settings, len(self.labels)
        self._intake = Intake()
        self._decider = Decider(self.labels, settings, self._recognizer.n_samples // STEP)
        n_windows = round(settings.history / settings.hop)
        self._time = History(n_windows, (), np.float64)
        # A push of any length is scored a second at a time: more than is drawn is not needed.
        self._raw = History(n_windows, (n_labels,), np.float64)
        self._scores = History(n_windows, (n_labels,), np.float64)
        self._smoothed = History(n_windows, (n_labels,), np.float64)
        self._begin(0.0)

    def configure(self, settings: DetectorSettings) -> None:
        """Go on with other settings; another hop or history forgets what was heard so far.

        Raises SettingsError if they name a word that the model doesn't know.
        """
        settings.listened_for(self.labels)
        before, self.settings = self.settings, settings
        if (settings.hop, settings.history) == (before.hop, before.history):
            self._decider.configure(settings)
        else:
            faults = self.faults
            self.reset()
            self._intake.faults = faults

    def push(
        self,
        samples: npt.NDArray[Any],
        sample_rate: int = SAMPLE_RATE,
        timestamp: float | None = None,
    ) -> list[Detection]:
        """Take samples (n,), however many, and return the words heard in them.

        samples: floats with full scale at 1 (or int16, int32) at sample_rate Hz; resampling to
        16 kHz delays them, from 44.1 and 48 kHz by 20 ms on average. timestamp: when the first
        sample was recorded, in seconds by the clock of the source (best one that counts samples);
        with it, missing and repeated pieces are noticed (`faults`). Raises BadSamplesError or
        BadSampleRateError, and is then as before.
        """
        taken = self._intake.take(samples, sample_rate, timestamp)
        if taken.skipped is not None:
            self._begin(self.duration + taken.skipped)
        found = []
        for at in range(0, len(taken.samples), SAMPLE_RATE):
            scored = self._scorer.push(taken.samples[at : at + SAMPLE_RATE])
            if len(scored):
                found += self._decide(scored)
        return found

    @property
    def duration(self) -> float:
        """Seconds of the stream so far."""
        return self._origin + self._scorer.samples.stop / SAMPLE_RATE

    @property
    def n_windows(self) -> int:
        """How many windows were scored so far."""
        return self._raw.stop

    @property
    def until_window(self) -> float:
        """Seconds of sound that must come at least before another window can be scored."""
        return max(0.0, self._intake.until(self._scorer.missing)) / SAMPLE_RATE

    @property
    def faults(self) -> Faults:
        """What was wrong with the stream so far."""
        return self._intake.faults

    @property
    def posteriors(self) -> Posteriors:
        """The posteriors of the last `history` seconds, a copy."""
        kept = (
            rows.between(rows.start, rows.stop).copy()
            for rows in (self._time, self._raw, self._smoothed)
        )
        return Posteriors(self.labels, *kept)

    @property
    def log_mel(self) -> LogMelPast | None:
        """The log-mel frames of the last `history` seconds, a copy; None with other front ends."""
        config, past = self._recognizer.log_mel_config(), self._scorer.log_mel
        if config is None or past is None:
            return None
        n_frames = round(self.settings.history * config.sample_rate / config.hop_length)
        first = max(past.start, past.stop - n_frames)
        number = np.arange(first, past.stop)
        time = (number * config.hop_length + config.win_length / 2) / config.sample_rate
        return LogMelPast(self._origin + time, past.between(first, past.stop).T.copy())

    @property
    def samples(self) -> Samples:
        """The samples of the last `history` seconds at 16 kHz, a copy; to replay, for instance."""
        past = self._scorer.samples
        n_samples = round(self.settings.history * SAMPLE_RATE)
        return past.between(past.stop - n_samples, past.stop).copy()

    def _begin(self, origin: float) -> None:
        """Listen anew from a time of the stream on, in seconds."""
        self._origin = origin
        self._begun = self._raw.stop
        self._word_end = 0  # sample after the last word's sound
        self._levels_from, self._level_db = 0, np.zeros(0)  # those computed last, from this step
        self._decider.interrupt()
        if self.follower is not None:
            self.follower.interrupt()
        kept_s = max(self.settings.history, CONTEXT_S, self.settings.isolation.context_s)
        self._scorer = WindowScorer(self._recognizer, self.settings.hop_steps, kept_s)

    def _decide(self, scored: ScoredWindows) -> list[Detection]:
        scores = word_scores(scored.posteriors, self.labels)
        before = self._scores.between(self._begun, self._scores.stop)
        smoothed = smooth(scores, self.settings.n_smoothed, before)
        time = self._origin + scored.end / SAMPLE_RATE
        self._time.append(time)
        self._raw.append(scored.posteriors)
        self._scores.append(scores)
        self._smoothed.append(smoothed)
        found = []
        for i, end in enumerate(scored.end.tolist()):
            at, level_db = float(time[i]), float(scored.level_db[i])
            decided = self._decider.step(at, end // STEP, smoothed[i], level_db, self._levels)
            found += [self._detection(fired, end) for fired in decided]
        if self.follower is not None:
            self.follower.follow(scored, self._scorer.samples, self._levels)
        return found

    def _levels(self, end: int) -> tuple[npt.NDArray[np.float64], int]:
        """Return the levels that are known before step `end`, and how many steps came before."""
        past = self._scorer.samples
        kept = -(-past.start // STEP)  # other settings may ask for more than was kept until now
        first = max(kept, end - round(self.settings.isolation.context_s * SAMPLE_RATE / STEP))
        if first:
            first += 1  # of which 5 ms were cut off
        # A word waits for several windows, which have all but their last steps in common.
        if not self._levels_from <= first <= self._levels_from + len(self._level_db):
            self._levels_from, self._level_db = first, np.zeros(0)
        self._level_db = self._level_db[first - self._levels_from :]
        self._levels_from = first
        reached = first + len(self._level_db)
        if reached < end - 1:
            before = max(reached - 1, 0)  # the sound around a step counts as well
            new = levels_db(past.between(before * STEP, end * STEP))[reached - before : -1]
            self._level_db = np.concatenate([self._level_db, new])
        return self._level_db[: end - 1 - first], first

    def _detection(self, fired: Fired, end: int) -> Detection:
        """Describe a word that was decided by the window that ends before sample `end`."""
        n_window = self._recognizer.n_samples + end - fired.end * STEP
        first, stop = word_in(self._scorer.samples, end, n_window, self._word_end)
        self._word_end = stop
        return Detection(
            label=self.labels[fired.column],
            start=self._origin + first / SAMPLE_RATE,
            end=self._origin + stop / SAMPLE_RATE,
            score=fired.score,
            latency=(end - stop) / SAMPLE_RATE,
        )
