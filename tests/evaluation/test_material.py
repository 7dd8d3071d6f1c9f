"""What models are measured on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kws_core.errors import DataError
from kws_core.evaluation.material import (
    babble,
    babble_of_words,
    columns_of,
    everyday_sounds,
    kept_out_recordings,
    long_noises,
    loudest,
    other_digits,
    speech_without_words,
    spoken_words,
)
from kws_core.labels import LABELS
from tests.helpers import training_shards as shards
from tests.helpers.audio_files import tone

RATE = shards.RATE


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shards.write_shards(tmp_path_factory.mktemp("data"))


def test_recordings_come_with_their_label_and_utterance(data: Path) -> None:
    spoken = spoken_words(data, "val", LABELS)
    assert [LABELS[i] for i in spoken.target] == [*shards.FREQUENCIES, "four", "zero"]
    assert spoken.name.tolist() == [f"val{i}_nohash_0" for i in range(7)]
    assert len(spoken.clips[0]) == pytest.approx(0.6 * RATE, abs=1)


def test_only_words_that_were_learnt_from_pictures_are_kept_out(data: Path) -> None:
    kept_out = kept_out_recordings(data, LABELS)
    assert [LABELS[i] for i in kept_out.target] == ["yes", "no"]
    assert all(name.startswith("train") for name in kept_out.name)


def test_digits_come_with_their_speaker(data: Path) -> None:
    digits = other_digits(data, LABELS)
    assert digits.name.tolist() == ["george", "george"]
    assert [LABELS[i] for i in digits.target] == ["zero", "four"]


def test_a_word_that_the_model_has_no_label_for_is_named() -> None:
    with pytest.raises(DataError, match="'bed'"):
        columns_of(["yes", "bed"], ["no", "yes"])


def test_babble_of_words_is_of_training_speakers_and_the_seed_s(data: Path) -> None:
    heard = babble_of_words(data, seed=3)
    assert len(heard) == 30 * RATE
    np.testing.assert_array_equal(heard, babble_of_words(data, seed=3))
    assert not np.array_equal(heard, babble_of_words(data, seed=4))


def test_babble_is_half_a_minute_of_everybody_as_loud() -> None:
    loud, faint = tone(500, 0.9, RATE, 0.9), tone(1500, 0.7, RATE, 0.01)
    sound = babble([loud, faint], np.random.default_rng(0))
    assert sound.shape == (30 * RATE,)
    assert np.abs(sound).max() == pytest.approx(1)
    power = np.abs(np.fft.rfft(sound)) ** 2
    frequency = np.fft.rfftfreq(len(sound), 1 / RATE)
    of_loud, of_faint = (power[np.abs(frequency - f) < 100].sum() for f in (500, 1500))
    assert 0.3 < of_loud / of_faint < 3


def test_the_loudest_second_has_the_sound() -> None:
    samples = np.zeros(3 * RATE, np.float32)
    samples[25_000:30_000] = 0.5
    cut = loudest(samples, RATE)
    assert len(cut) == RATE
    assert np.square(cut).sum() == pytest.approx(np.square(samples).sum())
    assert loudest(samples[:100], RATE).shape == (100,)


def test_the_one_speaker_of_an_unheard_language_is_apart_from_the_many() -> None:
    recordings = [(name, np.zeros(n)) for name, n in (("vi:len", 1), ("amelia", 2), ("lt:du", 3))]
    kept = speech_without_words(recordings)
    names = {kind: [name for name, _ in rows] for kind, rows in kept.items()}
    assert names == {"other_speech": ["amelia", "lt:du"], "unheard_language": ["vi:len"]}


def test_minute_long_noises_are_kinds_and_single_sounds_one_together() -> None:
    tap, bark = np.ones(18 * RATE, np.float32), np.ones(5 * RATE, np.float32)
    recordings = [("tap", tap), ("dog", bark), ("rain", bark)]
    assert list(long_noises(recordings)) == ["tap"]
    assert everyday_sounds(recordings).shape == (2 * RATE,)
    assert everyday_sounds(recordings[:1]).shape == (0,)
