"""Takes as points on a plane."""

import numpy as np
import pytest

from kws_core.teaching.takes_map import map_takes

RNG = np.random.default_rng(0)


def unit(*numbers: float) -> np.ndarray:
    row = np.array(numbers, np.float32)
    return row / np.linalg.norm(row)


def near(point: np.ndarray, n: int = 3) -> np.ndarray:
    return (point + 0.01 * RNG.standard_normal((n, len(point)))).astype(np.float32)


def test_takes_of_a_word_lie_together_and_words_apart() -> None:
    lamp, kettle = unit(1, 0, 0.2, 0), unit(0, 1, 0.2, 0)
    known = np.stack([unit(1, 0.4, 0, 0), unit(0.3, 1, 0, 0), unit(1, 1, 0.5, 0)])
    takes = [near(lamp), near(kettle)]
    made = map_takes(["lamp", "kettle"], takes, np.stack([lamp, kettle]), list("abc"), known)
    assert made.words == ("lamp", "kettle")
    centres = [points.mean(axis=0) for points in made.takes]
    apart = np.linalg.norm(centres[0] - centres[1])
    assert all(np.ptp(points, axis=0).max() < 0.1 * apart for points in made.takes)
    # The plane keeps the distance between words that differ in its two axes only.
    assert apart == pytest.approx(np.linalg.norm(lamp - kettle), rel=0.05)


def test_the_known_words_are_those_that_sound_most_like_the_taught_ones() -> None:
    lamp = unit(1, 0, 0, 0)
    alike = [unit(1, 0.1 * i, 0.02 * i**2, 0) for i in range(1, 9)]
    names = [f"word {i}" for i in range(1, 9)]
    made = map_takes(["lamp"], [near(lamp)], lamp[None], names[::-1], np.stack(alike[::-1]))
    assert made.known_words == ("word 1", "word 2", "word 3")
    assert made.known.shape == (3, 2)


def test_two_words_alone_lie_on_a_line() -> None:
    lamp, up = unit(1, 0), unit(0, 1)
    made = map_takes(["lamp"], [near(lamp, 1)], lamp[None], ["up"], up[None])
    assert made.takes[0].shape == (1, 2)
    assert np.abs(made.known[0, 1]) < 1e-6
