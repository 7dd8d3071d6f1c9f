"""Where the sound of a word that was just heard starts and ends."""

from __future__ import annotations

from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.spotting.history import History
from kws_core.spotting.loudness import STEP, active_frames, levels_db, runs

_LONGEST_DIP = 12  # steps: closures inside a word, as in "eight"
CONTEXT_S = 3.0  # what the background's level is taken from


def word_bounds(samples: Samples, n_window: int, n_before: int = 0) -> tuple[int, int]:
    """Return the first sample of the word's sound and the one after its last.

    samples: 16 kHz (n,), the newest of them the window of `n_window` in which it was heard.
    n_before: samples that belong to an earlier word. Of several sounds in the window it is the
    one with most of itself there; where none stands out from noise, the middle half of the window.
    """
    first = max(len(samples) - n_window, n_before) // STEP
    level = levels_db(samples)
    for faint in (False, True):
        active = active_frames(level, faint=faint)
        sounds: list[tuple[int, int]] = []
        for start, stop in runs(active):
            if stop <= first:
                continue
            if sounds and start - sounds[-1][1] <= _LONGEST_DIP:
                start = sounds.pop()[0]
            sounds.append((max(start, first), stop))
        if sounds:
            start, stop = max(sounds, key=lambda sound: sound[1] - sound[0])
            return start * STEP, min(stop * STEP, len(samples))
    quarter = n_window // 4
    return max(0, len(samples) - 3 * quarter), max(0, len(samples) - quarter)


def word_in(past: History, end: int, n_window: int, word_end: int = 0) -> tuple[int, int]:
    """Return the first sample of a word's sound in a stream and the one after its last.

    past: of the stream at 16 kHz. end: the sample that the newest window ends before. n_window: as
    `word_bounds` takes it. word_end: sample after the sound of the word before.
    """
    begin = max(past.start, end - round(CONTEXT_S * SAMPLE_RATE))
    first, stop = word_bounds(past.between(begin, end), n_window, max(0, word_end - begin))
    return begin + first, begin + stop
