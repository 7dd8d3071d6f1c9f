"""Measuring how well words are learnt, on tones of which it is known who says what how."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kws_core.evaluation.evaluate_teaching import evaluate_teaching
from kws_core.evaluation.teaching_set import AT_HOME, TeachingSettings
from kws_core.evaluation.teaching_set import STUDENTS as WORDS
from kws_core.labels import LABELS
from kws_core.spotting.recognizer import Recognizer
from tests.helpers import training_shards as shards
from tests.helpers.sounds import noise
from tests.helpers.taught_words import said, save_toy_model, teach_on, toy_bank

HZ = (400.0, 1000.0, 1900.0, 3000.0)
N_PEOPLE, N_TAKES, N_AT_HOME = 6, 4, 7
ONE_ALARM = 720.0  # an hour, in five seconds of speech
SETTINGS = TeachingSettings(draws=2, takes_of_person=N_TAKES, hours=0.01)


def write_data(folder: Path, fluent: np.ndarray) -> Path:
    """Every second person means another word by each tone; validation speakers say `fluent`."""
    rows = [
        {
            "word": word,
            "speaker": f"p{person}",
            "audio": shards.flac(said(HZ[(i + person) % 2 + i // 2 * 2] * (1 + 0.004 * take))),
        }
        for i, word in enumerate(WORDS)
        for person in range(N_PEOPLE)
        for take in range(N_TAKES + 1)
    ]
    rows += [
        {"word": word, "speaker": "", "audio": shards.flac(said(hz * (1 + 0.004 * take)))}
        for word, hz in zip(AT_HOME, HZ[1:], strict=True)
        for take in range(N_AT_HOME)
    ]
    shards.write(folder, "english_words.parquet", rows)
    rain = {"kind": "rain", "file": shards.held_out_name("rain", True)}
    sound = shards.flac(np.concatenate([noise(1.0, 0.001), said(HZ[0]), noise(1.0, 0.001)]))
    shards.write(folder, "background_noise.parquet", [rain | {"audio": sound}])
    for name, split in (("english_speech", "val"), ("english_speech_more", "train")):
        shards.write(
            folder,
            f"{name}.parquet",
            [{"speaker": "ann", "split": split, "audio": shards.flac(fluent)}],
        )
    known = [("up", HZ[0]), ("zero", 650.0), ("zero", 1400.0), ("zero", HZ[2])]
    rows = [
        shards.clip_row(word, f"v{i}", "val", audio=shards.flac(said(hz)))
        for i, (word, hz) in enumerate(known)
    ]
    shards.write(folder, "speech_commands_val.parquet", rows)
    return folder


def sentence(hz: float) -> np.ndarray:
    """Five seconds with a tone on its own, and one that is no word."""
    quiet = noise(1.0, 0.001, 1)
    return np.concatenate([quiet, said(hz), quiet, said(1400.0), quiet])


def recognizer(folder: Path) -> Recognizer:
    """A toy that hears `zero` in everything, and a bank without the tones that are taught."""
    made = Recognizer.load("toy", folder)
    classifier: Any = made.loaded.network.classifier
    classifier.bias.data[LABELS.index("zero")] += 50.0
    return made


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    folder = tmp_path_factory.mktemp("models")
    save_toy_model(folder)
    return recognizer(folder)


@pytest.fixture(scope="module")
def measured(
    toy: Recognizer, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[float], dict[str, Any]]:
    """Figures where validation speakers say this tone."""

    def measure(hz: float) -> dict[str, Any]:
        data = write_data(tmp_path_factory.mktemp("data"), sentence(hz))
        with pytest.MonkeyPatch.context() as patch:
            bank = toy_bank(toy, (180, 650, 1400))
            teach_on(patch, toy, bank)
            patch.setattr("kws_core.evaluation.evaluate_teaching.BUDGETS", (1.0, ONE_ALARM))
            return evaluate_teaching(toy, data, SETTINGS)

    return measure


@pytest.fixture(scope="module")
def figures(measured: Callable[[float], dict[str, Any]]) -> dict[str, Any]:
    return measured(1400.0)  # none of the words


def of(figures: dict[str, Any], takes: int, people: int) -> dict[str, float]:
    row = next(x for x in figures["figures"] if (x["takes"], x["people"]) == (takes, people))
    return {name: value["mean"] for name, value in row.items() if isinstance(value, dict)}


def test_the_teacher_is_found_and_of_the_others_those_who_say_it_alike(
    figures: dict[str, Any],
) -> None:
    for takes in (1, 3):
        found = of(figures, takes, 1)
        assert {value for name, value in found.items() if name.startswith("own")} == {1.0}
        # Of the five others, two mean the same by each tone.
        assert {value for name, value in found.items() if name.startswith("others")} == {0.4}


def test_fluent_speech_with_the_sound_of_a_word_costs_that_word(
    measured: Callable[[float], dict[str, Any]],
) -> None:
    found = of(measured(HZ[0]), 3, 1)
    assert found["own_found_at_1"] == 3 / 4
    assert found["others_found_at_1"] == pytest.approx(0.4 * 3 / 4)
    assert found["own_named"] == found[f"own_found_at_{ONE_ALARM:g}"] == 1  # that one is allowed
    assert found["others_named"] == found[f"others_found_at_{ONE_ALARM:g}"] == 0.4


def test_what_several_people_teach_is_looked_for_in_others_only(figures: dict[str, Any]) -> None:
    shares = {name for name in of(figures, 5, 5) if not name.startswith("noise")}
    assert shares == {
        "others_found_at_1",
        f"others_found_at_{ONE_ALARM:g}",
        "others_named",
    }


def test_there_is_no_figure_for_more_takes_than_there_are(figures: dict[str, Any]) -> None:
    pairs = [(one["takes"], one["people"]) for one in figures["figures"]]
    assert pairs == [(1, 1), (3, 1), (5, 5)]


def test_noise_that_sounds_like_a_word_alarms(figures: dict[str, Any]) -> None:
    assert figures["noise_hours"] == pytest.approx(3 / 3600)
    # Once in three seconds: for one of the four words at least, for each of them at most.
    assert 1200 / 4 <= of(figures, 3, 1)["noise_alarms_at_1"] <= 1200


def test_words_said_at_home_are_found_in_other_takes(figures: dict[str, Any]) -> None:
    at_home = figures["at_home"]
    assert (at_home["words"], at_home["takes"]) == (list(AT_HOME), 3 * N_AT_HOME)
    (row,) = at_home["figures"]
    assert (row["takes"], row["people"]) == (5, None)
    assert row["others_found_at_1"]["mean"] == row["others_named"]["mean"] == 1
    assert "own_named" not in row


def test_figures_say_what_they_are_of(toy: Recognizer, figures: dict[str, Any]) -> None:
    assert figures["weights_sha256"] == toy.card.sha256
    assert figures["words"] == list(WORDS)
    assert (figures["people"], figures["draws"]) == (N_PEOPLE, 2)
    assert figures["fluent_hours"] == pytest.approx(5 / 3600)


def test_a_known_word_that_sounds_like_a_taught_one_is_lost(figures: dict[str, Any]) -> None:
    known = figures["known_words"]
    assert (known["n"], known["words_taught"]) == (4, 4)
    assert known["before"] == 3 / 4  # it hears zero always
    assert known["after"] == 2 / 4  # and now a taught word in one of them
