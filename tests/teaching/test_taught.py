"""Teaching words to a recogniser, and keeping them in a file."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from kws_core.errors import TeachingError
from kws_core.labels import LABELS, SILENCE, UNKNOWN
from kws_core.spotting import DetectorSettings, KeywordDetector
from kws_core.spotting.recognizer import Recognizer
from kws_core.teaching.head import AT_THRESHOLD
from kws_core.teaching.taught import TaughtRecognizer
from tests.helpers.sounds import noise
from tests.helpers.taught_words import RATE, said, takes_of, teach_on

LOW, HIGH = 350.0, 2000.0


@pytest.fixture(scope="module")
def toy(toy_models: Path) -> Iterator[Recognizer]:
    recognizer = Recognizer.load("toy", toy_models)
    with pytest.MonkeyPatch.context() as patch:
        teach_on(patch, recognizer)
        yield recognizer


@pytest.fixture(scope="module")
def taught(toy: Recognizer) -> TaughtRecognizer:
    return toy.with_words({"low": takes_of(LOW), "high": takes_of(HIGH)}, RATE)


def test_taught_words_come_first_and_the_rest_is_as_before(
    toy: Recognizer, taught: TaughtRecognizer
) -> None:
    assert taught.labels == ("low", "high", *LABELS)
    sound = said(900)
    before, after = toy.classify(sound, RATE).scores, taught.classify(sound, RATE).scores
    assert sum(after.values()) == pytest.approx(1)
    left = 1 - after["low"] - after["high"]
    for label in LABELS:
        assert after[label] == pytest.approx(left * before[label], abs=1e-6)


def test_what_was_taught_is_recognised(taught: TaughtRecognizer) -> None:
    assert taught.classify(said(LOW * 1.02, seed=9), RATE).label == "low"
    assert taught.classify(said(HIGH * 1.02, seed=9), RATE).label == "high"
    scores = taught.classify(noise(1.0, 0.02), RATE).scores
    assert max(scores["low"], scores["high"]) < AT_THRESHOLD


def test_only_the_taught_words_if_so_wanted(toy: Recognizer) -> None:
    only = toy.with_words({"stop": takes_of(LOW)}, RATE, only=True)
    assert only.labels == ("stop", SILENCE, UNKNOWN)
    assert only.classify(said(LOW, seed=8), RATE).label == "stop"
    assert sum(only.classify(said(900), RATE).scores.values()) == pytest.approx(1)


def test_a_stream_and_a_recording_hear_it_once(taught: TaughtRecognizer) -> None:
    parts = [noise(1.2, 0.001, 1), said(HIGH, seed=5), noise(1.5, 0.001, 2)]
    sound = np.concatenate(parts)
    detector = KeywordDetector(taught, DetectorSettings(words=("low", "high")))
    assert [found.label for found in detector.push(sound)] == ["high"]
    assert [w.label for w in taught.find_words(sound, RATE) if w.label in ("low", "high")] == [
        "high"
    ]


def test_the_report_says_how_far_to_trust_a_word(taught: TaughtRecognizer) -> None:
    low, high = taught.report
    assert (low.word, low.takes, low.repeated) == ("low", 4, 0)
    assert low.found == 4
    assert low.false_alarms.count <= 1
    assert low.nearest in ("high", *LABELS[:3])
    assert -1 <= low.likeness <= 1
    raised = taught.with_thresholds({"low": 1e3}).report[0]
    assert (raised.found, raised.false_alarms.count) == (0, 0)
    assert raised.odd_takes == (0, 1, 2, 3)
    assert high.threshold == taught.with_thresholds({"low": 1e3}).report[1].threshold


def test_the_same_take_ten_times_is_one(toy: Recognizer) -> None:
    report = toy.with_words({"low": [said(LOW)] * 10}, RATE).report[0]
    assert (report.takes, report.repeated) == (1, 9)
    assert len(report.left_out) == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({}, "no word to learn"),
        ({"stop": takes_of(LOW)}, "'stop' already"),
        ({"low": takes_of(LOW), "LOW ": takes_of(HIGH)}, "'LOW' already"),
        ({" \t": takes_of(LOW)}, "no name"),
        ({"x" * 1000: takes_of(LOW)}, "1,000 characters"),
        ({"a\u202eb": takes_of(LOW)}, "can't be shown"),
        ({SILENCE: takes_of(LOW)}, "no word"),
        ({"low": []}, "no take of 'low'"),
        ({"low": [noise(1.0, 0.001)]}, "no take of 'low'"),
        ({f"word {i}": takes_of(LOW, 1) for i in range(1000)}, "1,000 words"),
    ],
)
def test_bad_input_is_refused_with_what_to_do(
    toy: Recognizer, words: dict[str, list[np.ndarray]], message: str
) -> None:
    with pytest.raises(TeachingError, match=message):
        toy.with_words(words, RATE)


@pytest.mark.parametrize("name", ["чайник", "電気", "<b>lights</b>", "**x**", "l'été"])
def test_names_in_any_script_are_taken_as_they_are(toy: Recognizer, name: str) -> None:
    assert toy.with_words({name: takes_of(LOW, 1)}, RATE).labels[0] == name


def test_a_model_that_hears_otherwise_than_the_network_is_refused(toy: Recognizer) -> None:
    with pytest.raises(TeachingError, match="'seed-cnn': it hears sound otherwise than 'toy'"):
        Recognizer.load("seed-cnn").with_words({"low": takes_of(LOW, 1)}, RATE)


def test_the_network_hears_the_taught_words_and_the_model_the_rest(toy: Recognizer) -> None:
    beside = Recognizer.load().with_words({"low": takes_of(LOW)}, RATE)
    heard = beside.classify(said(LOW), RATE)
    assert heard.label == "low"
    other = said(1100)  # one of the bank
    scores = beside.classify(other, RATE).scores
    assert scores["low"] < 0.5
    rest = {word: score / (1 - scores["low"]) for word, score in scores.items() if word != "low"}
    assert rest == pytest.approx(Recognizer.load().classify(other, RATE).scores, abs=1e-6)


def test_a_file_gives_the_same_recogniser(
    taught: TaughtRecognizer, toy_models: Path, tmp_path: Path
) -> None:
    path = tmp_path / "mine.kws"
    taught.save(path)
    again = Recognizer.load_taught(path, toy_models)
    assert again.labels == taught.labels
    for sound in (said(LOW), said(900), noise(1.0, 0.02)):
        was, now = taught.classify(sound, RATE).scores, again.classify(sound, RATE).scores
        assert now == pytest.approx(was, abs=1e-6)
    for was, now in zip(taught.report, again.report, strict=True):
        assert (now.word, now.takes, now.found) == (was.word, was.takes, was.found)
        assert now.false_alarms == was.false_alarms
    assert path.stat().st_size < 200_000


def _changed(content: bytes, **fields: object) -> bytes:
    length = int.from_bytes(content[:8], "little")
    kind = "kws_taught_words"
    header = json.loads(json.loads(content[8 : 8 + length])["__metadata__"][kind])
    return save(load(content), {kind: json.dumps(header | fields)})


def test_files_that_cannot_be_used_say_why(
    taught: TaughtRecognizer, toy_models: Path, tmp_path: Path
) -> None:
    path = tmp_path / "mine.kws"
    taught.save(path)
    content = path.read_bytes()
    tensors = load(content) | {"bias": np.array([1e30, 0], np.float32)}
    length = int.from_bytes(content[:8], "little")
    metadata = json.loads(content[8 : 8 + length])["__metadata__"]
    for changed, message in (
        (_changed(content, format=9), "update this program"),
        (_changed(content, model="other"), "'other'"),
        (_changed(content, sha256="0" * 64), "another version"),
        (_changed(content, words=["low"]), "no file of taught words"),
        (_changed(content, words=["low", "stop"]), "already"),
        (_changed(content, reports=[]), "no file of taught words"),
        (save(tensors, metadata), "out of all bounds"),
        (content[: len(content) // 2], "no file of taught words"),
        (content[:4], "another kind of file"),
        (b"", "another kind of file"),
        (b"RIFF" + bytes(100), "another kind of file"),
        (bytes(5 * 2**20), "larger than any"),
    ):
        path.write_bytes(changed)
        with pytest.raises(TeachingError, match=message):
            Recognizer.load_taught(path, toy_models)
    with pytest.raises(TeachingError, match="can't be read"):
        Recognizer.load_taught(tmp_path / "absent.kws", toy_models)
