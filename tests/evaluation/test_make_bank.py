"""The bank that words are taught against: who is in which part, and what its rows stand for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kws_core.audio.one_second import in_room_tone
from kws_core.evaluation import make_bank as command
from kws_core.evaluation.make_bank import alone_windows, make_bank, run_lengths, window_embeddings
from kws_core.labels import WORDS
from kws_core.spotting.recognizer import Recognizer
from kws_core.teaching.bank import Bank, bank_of
from kws_core.teaching.embedding import embeddings_of
from tests.helpers import training_shards as shards
from tests.helpers.sounds import noise, tone
from tests.helpers.taught_words import said

RATE = shards.RATE
COUNTED, FITTED = shards.held_out_name("ann", True), shards.held_out_name("ben", False)
SECONDS = {COUNTED: 3.0, FITTED: 2.0}  # of fluent speech


def write_data(folder: Path) -> Path:
    """Two training speakers, of whom one is only counted in; validation speakers say more."""
    said_by = {COUNTED: ["up", "four", "four"], FITTED: ["up", "up", "zero"]}
    rows = [
        shards.clip_row(word, speaker, "train", audio=shards.flac(shards.spoken(word, seed)))
        for speaker, words in said_by.items()
        for seed, word in enumerate(words)
    ]
    shards.write(folder, "speech_commands_train.parquet", rows)
    fluent = [
        {"speaker": speaker, "split": split, "audio": shards.flac(alone(seconds))}
        for split, of in (("train", SECONDS), ("val", {"cleo": 9.0}))
        for speaker, seconds in of.items()
    ]
    shards.write(folder, "english_speech.parquet", fluent[:1] + fluent[2:])
    shards.write(folder, "english_speech_more.parquet", fluent[1:2])
    rain = {"kind": "rain", "file": shards.held_out_name("rain", False)}
    sound = shards.flac(noise(3.5, 0.05))
    shards.write(folder, "background_noise.parquet", [rain | {"audio": sound}])
    return folder


def alone(seconds: float) -> np.ndarray:
    """A short tone in the middle of so much quiet."""
    sound = noise(seconds, 0.0005)
    word = tone(0.3, 0.3, 1500.0)
    first = (len(sound) - len(word)) // 2
    sound[first : first + len(word)] += word
    return sound


@pytest.fixture(scope="module")
def toy(toy_models: Path) -> Recognizer:
    return Recognizer.load("toy", toy_models)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def bank(toy: Recognizer, data: Path) -> Bank:
    return make_bank(toy, data, hours=1.0)


def test_a_word_between_pauses_stands_alone_and_one_inside_a_sentence_does_not() -> None:
    assert alone_windows(alone(3.0), RATE)[15:20].all()  # the windows around its middle
    sentence = np.concatenate([tone(0.4, 0.3, hz) for hz in range(400, 1600, 120)])
    assert not alone_windows(sentence, RATE)[5:-5].any()


def test_stretches_of_windows_are_counted() -> None:
    assert run_lengths(np.array([1, 1, 0, 1, 0, 0, 1, 1, 1], bool)) == [2, 1, 3]
    assert run_lengths(np.zeros(4, bool)) == []


def test_a_row_is_the_embedding_of_its_window(toy: Recognizer) -> None:
    sound = said(900.0, before=0.1)
    sound = np.concatenate([sound, said(1800.0, seed=1)])
    wanted = np.zeros(13, bool)
    wanted[[2, 9]] = True
    rows = window_embeddings(toy, sound, wanted)
    for row, start in zip(rows, (2, 9), strict=True):
        window = sound[start * 1280 : start * 1280 + RATE]
        np.testing.assert_allclose(row, embeddings_of(toy, window[None])[0], atol=1e-5)


def test_speakers_are_fitted_against_or_counted_in_but_never_both(bank: Bank) -> None:
    def named(which: np.ndarray) -> list[str]:
        return sorted(WORDS[i] for i in which.tolist())

    assert named(bank.which) == ["up", "up", "zero"]
    assert named(bank.spoken_which) == ["four", "four", "up"]
    assert bank.hours == pytest.approx(SECONDS[COUNTED] / 3600)
    wanted = alone_windows(alone(SECONDS[COUNTED]), RATE)
    assert bank.runs.tolist() == run_lengths(wanted)
    assert len(bank.heard) == wanted.sum()


def test_a_known_word_lies_where_the_network_puts_it(toy: Recognizer, bank: Bank) -> None:
    clips = [in_room_tone(shards.spoken(word), RATE) for word in ("zero", "four")]
    zero, four = bank.place(embeddings_of(toy, np.stack(clips)))
    kept = bank.words[bank.which == WORDS.index("zero")][0]
    assert np.linalg.norm(kept - zero) < 0.5 * np.linalg.norm(kept - four)


def test_every_second_row_of_speech_cut_words_and_noise_is_fitted_against(bank: Bank) -> None:
    wanted = alone_windows(alone(SECONDS[FITTED]), RATE)
    speech = int((wanted | (np.arange(len(wanted)) % 5 == 0)).sum())
    cut, rain = 3, 3  # the words of one speaker; whole seconds of 3.5 s
    assert len(bank.others) == (speech + cut + rain + 1) // 2


def test_the_command_writes_what_it_made(
    toy_models: Path,
    data: Path,
    bank: Bank,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = ["--model", "toy", "--model-folder", toy_models, "--data", data, "--out", tmp_path]
    monkeypatch.setattr("sys.argv", ["make_bank", *map(str, options)])
    command.main()
    assert f"{len(bank.others)} windows to fit against, 3 words" in capsys.readouterr().out
    again = bank_of(Recognizer.load("toy", toy_models).card, tmp_path)
    assert np.abs(again.heard - bank.heard).max() < 0.02 * np.abs(bank.heard).max()
