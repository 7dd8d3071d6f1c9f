"""What the Live page says about level and connection, and which servers it uses."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.augment.noise import colored_noise
from kws_core.live.connection import Link, trouble
from kws_core.live.level_meter import Level, LevelMeter

MOST_LETTERS = 105  # of three lines on a phone: the place that is kept free
TURN = {"urls": "turn:turn.example.com:3478", "username": "me", "credential": "secret"}


def level_of(amplitude: float, seconds: float = 2.0, spoken: float = 0.3) -> Level:
    """The level of a tone that is a tenth as loud in all but the last `spoken` seconds."""
    meter = LevelMeter()
    tone = amplitude * np.sin(2 * np.pi * 500 * np.arange(960) / 48_000)
    for time in np.arange(0.0, seconds - 1e-6, 0.02):
        loud = time > seconds - spoken - 1e-6
        meter.push((tone if loud else 0.1 * tone).astype(np.float32), 0.02)
    return meter.read()


@pytest.mark.parametrize(
    ("amplitude", "verdict"),
    [(0.0, "no signal"), (1e-4, "no signal"), (1e-3, "quiet"), (0.1, "good"), (1.0, "clipping")],
)
def test_the_level_is_judged(amplitude: float, verdict: str) -> None:
    level = level_of(amplitude)
    assert level.verdict == verdict
    assert level.advice
    # The RMS of a sine is 3 dB below its peak.
    wanted = 20 * np.log10(amplitude / np.sqrt(2)) if amplitude else -100
    assert level.db == pytest.approx(wanted, abs=0.01)


def test_steady_noise_is_not_a_good_level() -> None:
    """However loud, and in whatever pieces it comes."""
    noise = 0.05 * colored_noise("pink", 3 * 48_000, 48_000, seed=1).astype(np.float32)
    for n_pieces in (150, 3):
        meter = LevelMeter()
        for piece in np.array_split(noise, n_pieces):
            meter.push(piece, 3.0 / n_pieces)
        assert meter.read().verdict == "steady"


def test_the_first_moment_is_not_judged_and_an_old_peak_is_forgotten() -> None:
    assert LevelMeter().read() == Level()
    assert level_of(1e-5, seconds=0.5).verdict == "waiting"
    meter = LevelMeter()
    meter.push(np.ones(960, np.float32), 0.02)
    assert meter.read().verdict == "clipping"
    for _ in range(160):
        meter.push(np.full(960, 0.1, np.float32), 0.02)
    assert meter.read().verdict == "steady"


@pytest.mark.parametrize(
    ("link", "says"),
    [
        (Link(connecting=20), "none is set up"),
        (Link(connecting=20, relayed=True), "TURN server does not answer"),
        (Link(connecting=20, local=True), "This computer is busy: wait"),
        (Link(connected=5), "No sound for 5 s: the connection is lost"),
        (Link(connected=60, since_frame=4), "No sound for 4 s"),
        (Link(connected=60, since_frame=4, local=True), "4 s: this computer is busy"),
        (Link(connected=60, since_frame=0.02, late=3), "Slow connection: sound arrives 3.0 s late"),
        (Link(connected=60, since_frame=0.02, late=3, local=True), "This computer is busy"),
        (Link(connected=60, since_frame=0.02, behind=3), "server is busy"),
        (Link(connected=60, since_frame=0.02, lost=0.1), "10% of the sound was lost"),
    ],
)
def test_what_is_wrong_with_a_connection_is_told_with_what_to_do(link: Link, says: str) -> None:
    text = trouble(link)
    assert text is not None
    assert says in text
    assert len(text) < MOST_LETTERS
    assert not link.local or "network" not in text


@pytest.mark.parametrize(
    "link", [Link(), Link(connecting=2), Link(connected=1), Link(connected=60, since_frame=0.1)]
)
def test_nothing_is_said_while_all_is_well(link: Link) -> None:
    assert trouble(link) is None
