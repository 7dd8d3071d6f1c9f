"""Both tests together: the curve, the threshold for a rate, and the files to take away."""

from __future__ import annotations

import csv
import io
import json
import wave
import zipfile
from dataclasses import replace

import pytest

from kws_core.results.metrics import poisson_rate
from kws_core.room import AlarmCount, PromptTest, RoomPoint, lowest_threshold, room_curve
from kws_core.room.curve import comparable
from kws_core.room.files import as_json, as_zip, curve_csv, own_set_zip
from tests.helpers.listeners import StreamListener
from tests.helpers.rooms import SETTINGS, detector, prompted, stream


@pytest.fixture(scope="module")
def tests() -> tuple[AlarmCount, PromptTest]:
    count = AlarmCount(StreamListener.labels, SETTINGS, 7.0, "tones")
    prompts = prompted(("low", "high"))
    sureness = {"low": 0.5, "middle": 0.7}
    for follower, sound in (
        (count, stream({2.0: "low", 4.0: "middle"}, 9.0)),
        (prompts, stream({4.2: "low", 7.2: "high"}, 13.0)),
    ):
        listening = detector(sureness)
        listening.follower = follower
        listening.push(sound)
    assert count.is_over
    assert prompts.is_over
    return count, prompts


def test_the_curve_has_alarms_and_misses_at_every_threshold(tests) -> None:
    points = {point.threshold: point for point in room_curve(*tests)}
    assert list(points) == sorted(points)
    found = {at: (points[at].alarms.count, points[at].missed.value) for at in (0.4, 0.6, 0.8)}
    assert found == {0.4: (2, 0.0), 0.6: (1, 0.5), 0.8: (0, 0.5)}
    assert points[0.6].alarms == poisson_rate(1, 7 / 3600)
    assert all(point.missed is None for point in room_curve(tests[0], None))
    assert all(point.alarms is None for point in room_curve(None, tests[1]))
    assert room_curve(None, None) == []


def test_the_lowest_threshold_with_no_more_alarms_than_wanted_is_taken() -> None:
    counts = {0.5: 4, 0.6: 1, 0.7: 2, 0.8: 1, 0.9: 0}
    points = [RoomPoint(at, poisson_rate(n, 2.0), None) for at, n in counts.items()]
    chosen = {wanted: lowest_threshold(points, wanted) for wanted in (5, 1, 0.5, 0.1)}
    # At 0.6 it was chance: 0.7 has more.
    assert {w: p and p.threshold for w, p in chosen.items()} == {5: 0.5, 1: 0.6, 0.5: 0.8, 0.1: 0.9}
    loud = [RoomPoint(0.9, poisson_rate(9, 1.0), None)]
    assert lowest_threshold(loud, 1.0) is None
    assert lowest_threshold([RoomPoint(0.9, None, None)], 1.0) is None


def test_only_tests_of_the_same_detector_belong_on_one_curve(tests) -> None:
    count, prompts = tests
    labels = StreamListener.labels
    assert comparable(count, prompts)
    assert comparable(count, None)
    other = replace(SETTINGS, threshold=0.7)
    assert comparable(AlarmCount(labels, other, 7.0, "tones"), prompts)
    assert not comparable(AlarmCount(labels, SETTINGS, 7.0, "another"), prompts)
    slower = replace(SETTINGS, smoothing=0.16)
    assert not comparable(AlarmCount(labels, slower, 7.0, "tones"), prompts)


def test_csv_and_json_have_the_same_figures(tests) -> None:
    rows = list(csv.DictReader(io.StringIO(curve_csv(*tests))))
    content = json.loads(as_json(*tests))
    assert [float(row["threshold"]) for row in rows] == [p["threshold"] for p in content["curve"]]
    row = next(row for row in rows if float(row["threshold"]) == SETTINGS.threshold)
    alarms, words = content["alarms"], content["words"]
    assert float(row["alarms_per_hour"]) == pytest.approx(alarms["false_alarms"]["per_hour"], 1e-3)
    assert float(row["missed_high"]) == pytest.approx(words["missed"]["high"], abs=1e-3)
    assert alarms["model"] == "tones"
    assert alarms["detector"]["threshold"] == SETTINGS.threshold
    assert alarms["by_word"] == {"middle": 1}
    assert [reply["heard"] for reply in words["replies"]] == [None, "high"]
    assert json.loads(as_json(None, None)) == {"curve": []}


def test_the_archive_has_tables_and_sounds_and_words_lie_in_their_folders(tests) -> None:
    count, prompts = tests
    with zipfile.ZipFile(io.BytesIO(as_zip(*tests))) as archive:
        names = set(archive.namelist())
        with wave.open(io.BytesIO(archive.read("words/low/01.wav"))) as file:
            assert (file.getframerate(), file.getnframes()) == (16_000, 48_000)
        rows = list(csv.DictReader(io.StringIO(archive.read("alarms.csv").decode())))
    assert {"room.json", "curve.csv", "words.csv", "words/high/02.wav"} <= names
    assert [(row["kind"], row["word"]) for row in rows] == [("near", "low"), ("alarm", "middle")]
    assert {row["file"] for row in rows} <= names
    with zipfile.ZipFile(io.BytesIO(own_set_zip(prompts))) as archive:
        assert archive.namelist() == ["low/01.wav", "high/02.wav"]
    assert "words.csv" not in zipfile.ZipFile(io.BytesIO(as_zip(count, None))).namelist()
