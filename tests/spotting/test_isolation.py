"""A command has a pause before it and one after it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kws_core.errors import SettingsError
from kws_core.spotting import Decider, DetectorSettings, Isolation
from kws_core.spotting.loudness import STEP_S

LOUD, QUIET = -20.0, -60.0
RULE = Isolation(before=0.2, after=0.16, below_db=9.0, longest=1.0)


def levels(*parts: tuple[float, float]) -> np.ndarray:
    """Levels of parts (seconds, dB)."""
    return np.concatenate([np.full(round(seconds / STEP_S), level) for seconds, level in parts])


def verdict(*parts: tuple[float, float], rule: Isolation = RULE) -> bool | None:
    level_db = levels(*parts)
    return rule.stands_alone(level_db, max(0, len(level_db) - 100), len(level_db))


@pytest.mark.parametrize(
    ("before", "after", "alone"),
    [(0.3, 0.3, True), (0.2, 0.16, True), (0.15, 0.3, False), (0.3, 0.1, None)],
)
def test_both_pauses_have_to_be_long_enough(before, after, alone) -> None:
    talk = (0.5, LOUD - 3)
    assert verdict(talk, (before, QUIET), (0.4, LOUD), (after, QUIET)) is alone


@pytest.mark.parametrize(("below", "alone"), [(8.0, False), (10.0, True)])
def test_a_pause_lies_below_the_loudest_moment(below, alone) -> None:
    dip = LOUD - below
    assert verdict((0.5, LOUD), (0.3, dip), (0.3, LOUD), (0.3, dip)) is alone


def test_what_goes_on_for_longer_than_a_word_is_no_command() -> None:
    assert verdict((0.3, QUIET), (0.9, LOUD)) is None
    assert verdict((0.3, QUIET), (1.2, LOUD)) is False


def test_a_closure_inside_is_no_pause() -> None:
    word = [(0.2, LOUD), (0.1, QUIET), (0.2, LOUD - 3)]
    assert verdict((0.5, QUIET), *word, (0.3, QUIET)) is True


def test_before_the_stream_was_silence() -> None:
    assert verdict((0.4, LOUD), (0.3, QUIET)) is True


def test_the_verdict_does_not_depend_on_what_lies_far_back() -> None:
    rng = np.random.default_rng(5)
    for _ in range(200):
        parts = [
            (float(rng.choice([0.1, 0.2, 0.3, 0.5])), float(rng.choice([QUIET, LOUD, LOUD - 6])))
            for _ in range(12)
        ]
        level_db = levels(*parts)
        n_kept = round(RULE.context_s / STEP_S)
        first = len(level_db) - 100
        cut = max(0, len(level_db) - n_kept)
        whole = RULE.stands_alone(level_db, first, len(level_db))
        part = RULE.stands_alone(level_db[cut:], first - cut, len(level_db) - cut)
        assert part is whole


@pytest.mark.parametrize("settings", [{"before": 0.0}, {"after": 2.0}, {"below_db": -3.0}])
def test_settings_without_a_sense_are_refused(settings) -> None:
    with pytest.raises(SettingsError):
        Isolation(**settings)


class TestDecider:
    SETTINGS = DetectorSettings(threshold=0.5, smoothing=0.0, isolation=RULE)

    def heard(self, level_db: np.ndarray, settings: DetectorSettings) -> list[float]:
        """The word's score is up from 0.3 s into its sound on: when is it decided?"""
        decider = Decider(("word",), settings, n_window=100)
        decided = []
        for end in range(100, len(level_db) + 1, 8):
            score = np.array([1.0 if 130 <= end <= 160 else 0.0])
            window = float(level_db[end - 100 : end].max())
            found = decider.step(
                end * STEP_S, end, score, window, lambda step: (level_db[:step], 0)
            )
            decided += [end * STEP_S for _ in found]
        return decided

    def test_a_word_is_decided_once_the_pause_after_it_is_long_enough(self) -> None:
        level_db = levels((1.0, QUIET), (0.4, LOUD), (1.0, QUIET))
        [at] = self.heard(level_db, self.SETTINGS)
        assert 1.4 + 0.16 <= at <= 1.4 + 0.16 + 0.08 + STEP_S

    def test_inside_a_sentence_it_is_heard_only_if_asked_for(self) -> None:
        level_db = levels((0.5, QUIET), (1.5, LOUD), (0.5, QUIET))
        assert self.heard(level_db, self.SETTINGS) == []
        anywhere = DetectorSettings(threshold=0.5, smoothing=0.0, alone=False)
        assert self.heard(level_db, anywhere) == [pytest.approx(1.32)]

    @pytest.mark.parametrize("broken", [True, False])
    def test_a_word_that_waits_is_forgotten_when_the_stream_or_the_wish_for_a_pause_ends(
        self, broken: bool
    ) -> None:
        decider = Decider(("word",), self.SETTINGS, n_window=100)
        level_db = levels((1.0, QUIET), (0.4, LOUD), (0.5, QUIET))
        at = {"level_db": LOUD, "levels": lambda step: (level_db[:step], 0)}
        assert decider.step(1.4, 140, np.array([1.0]), **at) == []
        if broken:
            decider.interrupt()
        else:
            decider.configure(replace(self.SETTINGS, alone=False))
            decider.configure(self.SETTINGS)
        assert decider.step(1.8, 180, np.array([0.0]), **at) == []
