"""Hits in uploads: found in files and archives within limits, played, judged and exported."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from kws_core.archive.hear import Event
from kws_core.archive.review import (
    LIMITS,
    Hit,
    find_hits,
    hit_rows,
    label_archive,
    precision_by_threshold,
    sound_around,
)
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.errors import DataError
from kws_core.report.own_files import Intake
from tests.helpers.archive_work import Listener, spoken
from tests.helpers.audio_files import encode
from tests.helpers.own_sets import archive

LISTENER = Listener({"low": 0.95, "high": 0.85, "middle": 0.6})


def recording(*words: str) -> bytes:
    return encode(spoken(*words), SAMPLE_RATE)


PACKED = {"x/b.wav": recording("high"), "notes.txt": b"text", "x/c.wav": recording("low", "middle")}
UPLOADS = [
    ("a.wav", recording("low", "high")),
    ("more.zip", archive(PACKED)),
    ("a.wav", recording("high", "low")),
]
SPOKEN = {0: ("low", "high"), 1: ("high",), 3: ("low", "middle"), 4: ("high", "low")}


def find(uploads=UPLOADS, **options):  # type: ignore[no-untyped-def]
    return find_hits(uploads, LISTENER, **options)  # type: ignore[arg-type]


def test_hits_of_files_and_archives_are_in_one_list() -> None:
    found = find()
    assert [(hit.recording, hit.event.file, hit.event.label) for hit in found.hits] == [
        (0, "a.wav", "low"),
        (0, "a.wav", "high"),
        (1, "x/b.wav", "high"),
        (3, "x/c.wav", "low"),  # "middle" scores too little
        (4, "a.wav", "high"),
        (4, "a.wav", "low"),
    ]
    assert found.n_recordings == 4
    assert found.seconds == pytest.approx(7 * 0.8 + 4 * 0.4, abs=0.01)
    (skipped,) = found.skipped
    assert skipped.path == "notes.txt"


def test_it_says_how_far_it_is() -> None:
    steps: list[int] = []
    find(progress=lambda n, seconds: steps.append(n))
    assert steps == [1, 2, 3, 4]


def test_nothing_that_can_be_heard_is_an_error_with_reasons() -> None:
    with pytest.raises(DataError, match=r"None of the files could be heard \(t\.wav: This is text"):
        find([("t.wav", b"only text")])


def test_work_ends_at_the_limit_in_the_middle_of_a_recording() -> None:
    times = iter([0.0, 0.0, *[LIMITS.seconds + 1] * 99])
    found = find(UPLOADS[:1] + UPLOADS[2:], intake=Intake(LIMITS, clock=lambda: next(times)))
    assert found.n_recordings == 1
    reasons = [one.reason for one in found.skipped]
    assert reasons[0].startswith("heard up to")
    assert reasons[1].startswith("left out: more than 60 s")


@pytest.mark.parametrize("index", range(6))
def test_a_hit_is_played_with_two_seconds_around_it(index: int) -> None:
    hit = find().hits[index]
    whole = spoken(*SPOKEN[hit.recording])
    played = sound_around(UPLOADS, hit)
    assert played is not None
    sound, start = played
    first = round((hit.event.start - start) * SAMPLE_RATE)
    np.testing.assert_allclose(sound, whole[first : first + len(sound)], atol=1e-4)
    assert start <= 2
    assert len(sound) / SAMPLE_RATE <= 4 + hit.event.end - hit.event.start + 0.01


def test_a_hit_whose_upload_is_gone_has_no_sound() -> None:
    hit = find().hits[-1]
    assert sound_around(UPLOADS[:1], hit) is None
    assert sound_around([("other.wav", UPLOADS[0][1])] * 9, hit) is None


def hit(score: float, number: int = 0) -> Hit:
    return Hit(number, Event("f.wav", 0, 1.0, 1.5, "yes", score))


def test_precision_is_of_the_hits_judged_from_each_threshold_on() -> None:
    hits = [hit(0.75), hit(0.86), hit(0.93), hit(0.95), hit(0.99)]
    right = {hits[0]: False, hits[1]: True, hits[2]: False, hits[3]: True}
    found = {t: (share.value, share.n) for t, share in precision_by_threshold(hits, right)}
    assert found == {0.7: (0.5, 4), 0.85: (2 / 3, 3), 0.92: (0.5, 2), 0.94: (1.0, 1)}
    assert precision_by_threshold(hits, {}) == []


def test_rows_have_verdicts() -> None:
    first, second, third = hit(0.9), hit(0.8), hit(0.7)
    rows = hit_rows([first, second, third], {first: True, second: False})
    assert [row["Verdict"] for row in rows] == ["right", "wrong", None]
    assert rows[0]["Score, %"] == 90.0


def test_labels_are_a_file_for_each_recording() -> None:
    with zipfile.ZipFile(io.BytesIO(label_archive(find().hits, "audacity"))) as packed:
        assert packed.namelist() == [
            "0001-a.wav.txt", "0002-b.wav.txt", "0004-c.wav.txt", "0005-a.wav.txt",
        ]  # fmt: skip
        labels = [
            line.split("\t")[2] for line in packed.read("0005-a.wav.txt").decode().splitlines()
        ]
    assert labels == ["high", "low"]
