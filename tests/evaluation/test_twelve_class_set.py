"""The field's 12-class set."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.evaluation.twelve_class_set import in_twelve_classes, n_of_each, silence
from kws_core.results.metrics import COMMANDS


def test_the_set_has_all_commands_and_a_tenth_as_many_other_words() -> None:
    words = np.array(["yes"] * 41 + ["bed"] * 30 + ["stop"] * 10)
    chosen = in_twelve_classes(words, np.random.default_rng(0))
    assert chosen[np.isin(words, COMMANDS)].all()
    assert chosen[words == "bed"].sum() == 6  # a tenth of 51, rounded up
    assert (chosen == in_twelve_classes(words, np.random.default_rng(0))).all()


def test_there_may_be_fewer_other_words_than_wanted() -> None:
    chosen = in_twelve_classes(["go"] * 50 + ["cat"], np.random.default_rng(0))
    assert chosen.all()


def test_tenths_are_rounded_up_as_in_tensorflow() -> None:
    assert [n_of_each(n) for n in (0, 1, 10, 11)] == [0, 1, 1, 2]


def test_silence_is_noise_at_any_volume_up_to_its_own() -> None:
    noise = np.random.default_rng(0).standard_normal(5000).astype(np.float32)
    pieces = silence([noise, -noise], 200, 1000, np.random.default_rng(1))
    assert {piece.shape for piece in pieces} == {(1000,)}
    volume = np.array([piece.std() for piece in pieces])
    # Evenly spread over 0 to 1; the noise itself has a standard deviation of 1.
    assert np.quantile(volume, [0, 0.25, 0.5, 0.75, 1]) == pytest.approx(
        [0, 0.25, 0.5, 0.75, 1], abs=0.1
    )


def test_noise_shorter_than_a_window_is_repeated() -> None:
    piece = silence([np.arange(1, 4, dtype=np.float32)], 1, 7, np.random.default_rng(0))[0]
    assert (piece / piece[0]).tolist() == [1, 2, 3, 1, 2, 3, 1]
