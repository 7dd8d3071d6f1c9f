"""What is found in recordings: the words of each, and a reason where there is none."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from kws_core import Recognizer, read_audio
from kws_core.archive.hear import DONE, FAILED, UNREADABLE, Outcome, hear, merged
from kws_core.archive.plan import Plan, differences
from kws_core.archive.sources import Recording
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.errors import ArchiveError, TeachingError
from kws_core.samples import get_sample
from kws_core.spotting.candidates import FinderSettings
from kws_core.spotting.finder import Word
from tests.helpers.archive_work import Listener, spoken, tone_plan, words_in_name, write_recordings
from tests.helpers.audio_files import encode


def heard(plan: Plan, *paths: Path | str) -> list[Outcome]:
    return hear(plan, Listener(), [Recording(str(path)) for path in paths])  # type: ignore[arg-type]


def events(outcome: Outcome) -> list[tuple[int, str]]:
    return [(event.channel, event.label) for event in outcome.events]


def test_each_recording_gets_its_own_words_and_its_row(tmp_path: Path) -> None:
    recordings = write_recordings(tmp_path, 12)
    outcomes = heard(tone_plan(), *(one.path for one in recordings))
    for recording, outcome in zip(recordings, outcomes, strict=True):
        assert [event.label for event in outcome.events] == words_in_name(recording.path)
        row, data = outcome.row, Path(recording.path).read_bytes()
        assert (row.file, row.status, row.error) == (recording.path, DONE, "")
        assert (row.sha, row.bytes) == (hashlib.sha256(data).hexdigest(), len(data))
        assert row.duration == pytest.approx((len(data) - 44) / 2 / SAMPLE_RATE)
        assert row.channels == 1
        assert row.seconds > 0


def test_the_shipped_model_finds_what_find_words_finds() -> None:
    recognizer, path = Recognizer.load(), str(get_sample("several_words").path)
    clip = read_audio(path)
    wanted = recognizer.find_words(clip.samples, clip.sample_rate)
    (outcome,) = hear(Plan(), recognizer, [Recording(path)])
    found = [(e.label, e.start, e.end, round(e.score, 5)) for e in outcome.events]
    assert found == [(w.label, w.start, w.end, round(w.score, 5)) for w in wanted]
    assert len(found) == len(get_sample("several_words").words)


def test_bad_files_among_good_ones_are_rows_with_a_reason(tmp_path: Path) -> None:
    (good,) = write_recordings(tmp_path, 1)
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "text.wav").write_text("no sound at all")
    (tmp_path / "cut.flac").write_bytes(encode(spoken("low"), SAMPLE_RATE, "flac")[:50])
    bad = [tmp_path / name for name in ("empty.wav", "text.wav", "cut.flac", "not there.wav")]
    outcomes = heard(tone_plan(), bad[0], good.path, *bad[1:], tmp_path, good.path)
    rows = [one.row for one in outcomes]
    assert [row.status for row in rows] == [
        FAILED, DONE, FAILED, FAILED, UNREADABLE, UNREADABLE, DONE,
    ]  # fmt: skip
    for row, reason in zip(rows[2:5], ["text", "ends early", "No such file"], strict=True):
        assert reason in row.error
    assert outcomes[1].events == outcomes[-1].events != ()


def test_silence_is_a_recording_without_events(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(encode(np.zeros(5_000, np.float32), SAMPLE_RATE))
    (outcome,) = heard(tone_plan(), tmp_path / "a.wav")
    assert (outcome.row.status, outcome.events) == (DONE, ())


@pytest.mark.parametrize(
    ("channels", "wanted"),
    [
        ("mix", [(0, "low"), (0, "middle"), (0, "high")]),
        ("each", [(1, "low"), (1, "high"), (2, "middle")]),
        ("left", [(1, "low"), (1, "high")]),
        ("right", [(2, "middle")]),
    ],
)
def test_channels_are_mixed_or_heard_one_after_the_other(tmp_path, channels, wanted) -> None:
    quiet = np.zeros_like(spoken("low"))
    left = np.concatenate([spoken("low"), quiet, spoken("high")])
    right = np.concatenate([quiet, spoken("middle"), quiet])
    stereo = encode(np.stack([left, right], axis=1), SAMPLE_RATE)
    (tmp_path / "call.wav").write_bytes(stereo)
    (outcome,) = heard(tone_plan(channels=channels), tmp_path / "call.wav")
    assert events(outcome) == wanted
    assert outcome.row.channels == 2


def test_a_channel_that_is_not_there_is_a_reason(tmp_path: Path) -> None:
    (one,) = write_recordings(tmp_path, 1)
    (outcome,) = heard(tone_plan(channels="right"), one.path)
    assert outcome.row.status == FAILED
    assert "no right one" in outcome.row.error


def test_events_of_a_word_nearer_than_asked_are_one() -> None:
    words = [
        Word("yes", 1.0, 1.5, 0.93),
        Word("no", 1.6, 2.0, 0.95),
        Word("yes", 2.0, 2.4, 0.97),
        Word("yes", 2.9, 3.2, 0.94),
    ]
    assert merged(words, 0.0) == words
    assert merged(words, 0.51) == [Word("yes", 1.0, 3.2, 0.97), words[1]]
    assert merged(words, 0.5) == [*words[:0], Word("yes", 1.0, 1.5, 0.93), *words[1:]]


def test_merging_reaches_the_events(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(encode(spoken("low", "low", "high"), SAMPLE_RATE))
    (outcome,) = heard(tone_plan(merge=1.0), tmp_path / "a.wav")
    assert events(outcome) == [(0, "low"), (0, "high")]


def test_a_manifest_has_all_that_events_depend_on() -> None:
    plan, recognizer = Plan(), Recognizer.load()
    kept = plan.manifest(recognizer)
    assert kept["model_sha256"] == recognizer.card.sha256
    others = [
        Plan(channels="each"),
        Plan(merge=1.0),
        Plan(settings=FinderSettings(threshold=0.5)),
        Plan(settings=FinderSettings(alone=False)),
    ]
    for other in others:
        (found,) = differences(kept, other.manifest(recognizer))
        assert "now" in found
    assert differences(kept, Plan().manifest(recognizer)) == []


def test_taught_words_that_are_not_there_are_refused(tmp_path: Path) -> None:
    plan = Plan(taught=tmp_path / "mine.kws")
    with pytest.raises(TeachingError):
        plan.load()
    with pytest.raises(ArchiveError, match=r"mine\.kws can't be read"):
        plan.manifest(Recognizer.load())
