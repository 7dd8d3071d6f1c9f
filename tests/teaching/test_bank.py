"""The bank in a file: a byte a number, and only for the weights it was made with."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kws_core.errors import TeachingError
from kws_core.labels import LABELS
from kws_core.models import ModelCard
from kws_core.teaching.bank import Bank, bank_of, save_bank

LABELS5 = ("yes", "no", "up", "down", "left")
CARD = ModelCard("toy", "ds-resnet", LABELS, {}, 0, sha256="ab")


def a_bank() -> Bank:
    rng = np.random.default_rng(0)
    rows = [np.abs(rng.standard_normal((n, 6))).astype(np.float32) for n in (50, 20, 10, 30)]
    which = np.repeat([0, 4], 10)
    runs = np.array([10, 20])
    mean, axes = np.ones(9, np.float32), np.eye(9, 6, dtype=np.float32)
    return Bank(
        "toy", "ab", LABELS5, mean, axes, rows[0], rows[1], which, rows[2], which[:10], rows[3],
        runs, 2,
    )  # fmt: skip


def test_a_bank_comes_back_nearly_as_it_was(tmp_path: Path) -> None:
    bank = a_bank()
    save_bank(bank, tmp_path)
    again = bank_of(CARD, tmp_path)
    embedding = np.arange(9, dtype=np.float32)[None]
    np.testing.assert_array_equal(again.place(embedding), [np.arange(6) - 1])
    for name in ("others", "words", "spoken", "heard"):
        was, now = getattr(bank, name), getattr(again, name)
        assert np.abs(was - now).max() < 0.02 * np.abs(was).max()
    np.testing.assert_array_equal(again.which, bank.which)
    np.testing.assert_array_equal(again.runs, bank.runs)
    assert (again.hours, again.labels) == (2.0, LABELS5)


def test_words_to_be_learnt_anew_are_left_out() -> None:
    less = a_bank().without(["yes", "lamp"])
    assert len(less.words) == 10
    assert set(less.which.tolist()) == {4}
    assert len(less.spoken) == 0
    assert len(less.others) == 50


def test_another_models_bank_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TeachingError, match="has no bank"):
        bank_of(CARD, tmp_path)
    save_bank(a_bank(), tmp_path)
    with pytest.raises(TeachingError, match="make_bank"):
        bank_of(replace(CARD, sha256="cd"), tmp_path)


def test_a_damaged_bank_is_refused(tmp_path: Path) -> None:
    path = save_bank(a_bank(), tmp_path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(TeachingError, match="can't be read"):
        bank_of(CARD, tmp_path)
