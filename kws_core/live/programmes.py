"""Sample recordings to listen to for those without a microphone: clips in a row, and noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kws_core.audio.read import read_audio
from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.augment.noise import colored_noise, mean_power
from kws_core.room import prompts
from kws_core.samples import get_sample

GAP_S = 0.6  # between words: no shorter than between commands that people speak
LEAD_S = 1.0  # before the first: the first window is whole after a second
ROOM_DB = -40.0  # of the room's noise below the words: no recording is without
PROMPTS = "prompts"  # the programme that answers a test with words
_REACTION_S = 0.6  # from a word's appearance to its sound
_SEED = 5


@dataclass(frozen=True)
class Programme:
    """What is played: sample clips by name, in order, over pink noise at a ratio in dB.

    in_turns: each clip in its turn of a test that asks for the words (`kws_core.room.prompts`).
    """

    title: str
    clips: tuple[str, ...]
    snr_db: float
    seconds_without: float = 0.0  # of noise alone, where there are no clips
    in_turns: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """What is said, in order."""
        return tuple(word.label for name in self.clips for word in get_sample(name).words)


_COMMANDS = ("go", "right", "down", "left", "stop", "up", "right", "stop")
_SAID = ("yes", "no", "up", "down", "left", "right", "stop", "go")
_ALSO_SAID = ("seven", "marvin", "happy", "sheila")
_WORDS = ("marvin", "yes", "no", "seven", "happy", "sheila", "seven", "go", "stop")

PROGRAMMES: dict[str, Programme] = {
    "commands": Programme("Commands", _COMMANDS, -ROOM_DB),
    "words": Programme("Words", _WORDS, -ROOM_DB),
    "noisy": Programme("In noise", _COMMANDS, 10.0),
    "noise": Programme("Noise only", (), 10.0, seconds_without=12.0),
    PROMPTS: Programme("Word test", (*_SAID, *_ALSO_SAID), -ROOM_DB, in_turns=True),
}


def render(programme: Programme) -> Samples:
    """Return the sound of a programme, (n,) at 16 kHz, always the same.

    Raises DataError or AudioError when the sample files are damaged.
    """
    clips = [read_audio(get_sample(name).path).samples for name in programme.clips]
    silence = np.zeros(round(programme.seconds_without * SAMPLE_RATE), np.float32)
    in_order = _in_turns if programme.in_turns else in_a_row
    sound = in_order(clips) if clips else silence
    # As loud as speech would be, where nothing is said.
    power = float(np.mean([mean_power(clip) for clip in clips])) if clips else 10**-2.7
    noise = colored_noise("pink", len(sound), SAMPLE_RATE, _SEED)
    level = np.sqrt(power * 10 ** (-programme.snr_db / 10))
    return (sound + np.float32(level) * noise).astype(np.float32)


def in_a_row(clips: Sequence[Samples], gap_s: float = GAP_S) -> Samples:
    """Return clips (n,) at 16 kHz one after the other, with silence around each."""
    lead, gap = (np.zeros(round(s * SAMPLE_RATE), np.float32) for s in (LEAD_S, gap_s))
    parts = [lead, *(part for clip in clips for part in (clip, gap)), lead]
    return np.concatenate(parts)


def _in_turns(clips: Sequence[Samples]) -> Samples:
    """Return clips (n,) at 16 kHz, each a moment after a test asks for its word."""
    # The test's time begins when the first window is whole, after a second.
    first = 1.0 + prompts.LEAD_S + _REACTION_S
    seconds = 1.0 + prompts.seconds_for(len(clips))
    sound = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
    for number, clip in enumerate(clips):
        at = round((first + number * prompts.EACH_S) * SAMPLE_RATE)
        sound[at : at + len(clip)] = clip
    return sound
