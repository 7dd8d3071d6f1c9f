"""A person's own test set: what counts as which word, what is refused, and what comes out."""

from __future__ import annotations

import zipfile
from dataclasses import replace

import numpy as np
import pytest

from kws_core.audio.read import read_audio
from kws_core.errors import DataError
from kws_core.labels import LABELS, SILENCE, UNKNOWN, WORDS
from kws_core.report.own_files import Intake, UploadLimits, recordings_of
from kws_core.report.own_set import OwnResult, clip_table, measure_own_set, word_of
from kws_core.results.exporting import as_csv
from kws_core.results.metrics import wilson_interval
from tests.helpers.own_sets import archive, encrypted, link, lying_about_size, recording
from tests.helpers.recipe_models import toy_picture_model

WAV = recording()


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("yes/anna.wav", "yes"),
        ("set/YES/0a7c2a8d_nohash_0.wav", "yes"),
        ("yes/no/clip.wav", "no"),
        ("yes\\anna.wav", "yes"),
        ("yes.wav", "yes"),
        ("yes_1.flac", "yes"),
        ("yes (2).wav", "yes"),
        ("anna-yes-3.m4a", "yes"),
        ("words/seven.wav", "seven"),
        ("unknown/dog barks.wav", UNKNOWN),
        ("_background_noise_/rain.wav", SILENCE),
        ("_silence_/1.wav", SILENCE),
        ("yesterday.wav", None),
        ("recordings/anna.wav", None),
        ("noise.wav", None),
    ],
)
def test_the_nearest_folder_or_else_the_name_says_the_word(path: str, word: str | None) -> None:
    assert word_of(path, LABELS) == word


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("kettle/1.wav", "Kettle"),
        ("anna-KETTLE-3.wav", "Kettle"),
        ("guten tag/anna.wav", "guten Tag"),
        ("Guten Tag (2).wav", "guten Tag"),
        ("gru\u0308n_1.wav", "gr\u00fcn"),
        ("tag.wav", None),
    ],
)
def test_words_that_were_taught_have_names_of_any_kind(path: str, word: str | None) -> None:
    assert word_of(path, ("Kettle", "guten Tag", "gr\u00fcn", *LABELS)) == word


def test_a_model_without_unknown_has_no_use_for_its_folder() -> None:
    assert word_of("unknown/clip.wav", WORDS) is None


def taken(*uploads: tuple[str, bytes], **limits: float) -> tuple[list[str], dict[str, str]]:
    """The paths that are read, and why the others are not."""
    intake = Intake(replace(UploadLimits(), **limits))
    paths = [path for path, _ in recordings_of(uploads, intake)]
    return paths, {one.path: one.reason for one in intake.skipped}


def test_files_and_archives_are_read_together_byte_for_byte() -> None:
    intake = Intake()
    uploads = [("yes.wav", WAV), ("set.zip", archive({"no/a.wav": b"one", "go/b.wav": b"two"}))]
    read = list(recordings_of(uploads, intake))
    assert read == [("yes.wav", WAV), ("no/a.wav", b"one"), ("go/b.wav", b"two")]
    assert intake.skipped == []
    assert (intake.n_files, intake.n_bytes) == (3, len(WAV) + 6)


def test_what_leads_out_of_the_archive_is_left_out() -> None:
    bad = ["../yes/a.wav", "yes/../../b.wav", "/yes/c.wav", "C:/yes/d.wav", "..\\yes\\e.wav"]
    paths, why = taken(("set.zip", archive([*((p, WAV) for p in bad), ("yes/ok.wav", WAV)])))
    assert paths == ["yes/ok.wav"]
    assert len(why) == len(bad)
    assert set(why.values()) == {"its path leads out of the archive"}


def test_links_and_junk_and_archives_in_archives_are_left_out() -> None:
    junk = ["__MACOSX/yes/._a.wav", "yes/.DS_Store", "yes/Thumbs.db", "desktop.ini"]
    inner = archive({"yes/a.wav": WAV})
    files = [*((p, b"x") for p in junk), ("yes/more.zip", inner), ("yes/hidden.wav", inner)]
    paths, why = taken(("set.zip", archive([*files, ("yes/", b"")])), ("more.tar", b"x"))
    assert paths == []
    assert {why[path] for path in junk} == {"no recording: put there by the operating system"}
    assert why["yes/more.zip"] == why["yes/hidden.wav"] == "an archive in the archive"
    assert why["more.tar"] == "an archive, but no ZIP"
    assert taken(("l.zip", link("yes/a.wav", "/etc/passwd")))[1] == {
        "yes/a.wav": "a link, not a file"
    }


def test_encrypted_files_and_unusual_packing_are_left_out() -> None:
    assert "encrypted" in taken(("e.zip", encrypted("yes/a.wav", WAV)))[1]["yes/a.wav"]
    # LZMA may ask for gigabytes of memory.
    packed = archive({"yes/a.wav": WAV}, zipfile.ZIP_LZMA)
    assert "another way" in taken(("l.zip", packed))[1]["yes/a.wav"]


def test_a_bomb_is_unpacked_only_up_to_the_limit() -> None:
    bomb = archive({"yes/a.wav": bytes(50_000_000)})
    assert len(bomb) < 100_000
    paths, why = taken(("b.zip", bomb))
    assert paths == []
    assert "more than 4 MB" in why["yes/a.wav"]
    # What was unpacked of a bomb counts, so that many small ones stop as well.
    bombs = archive({f"yes/{i}.wav": bytes(200_000) for i in range(20)})
    intake = Intake(UploadLimits(file_bytes=100_000, total_bytes=500_000))
    assert list(recordings_of([("b.zip", bombs)], intake)) == []
    assert intake.n_bytes == 500_000
    assert sum("left out: more than" in one.reason for one in intake.skipped) == 15


def test_sizes_that_an_archive_claims_are_not_believed() -> None:
    # zipfile stops where the claim ends, and finds that the checksum is wrong.
    paths, why = taken(("l.zip", lying_about_size("yes/a.wav", bytes(10_000_000), 10)))
    assert paths == []
    assert "can't be unpacked" in why["yes/a.wav"]


def test_limits_on_files_and_time_end_the_reading_with_a_reason() -> None:
    three = archive({f"yes/{i}.wav": WAV for i in range(3)})
    paths, why = taken(("s.zip", three), files=2)
    assert paths == ["yes/0.wav", "yes/1.wav"]
    assert why == {"yes/2.wav": "left out: more than 2 files"}
    ticks = iter([0.0, 10.0, 70.0, 80.0])
    intake = Intake(UploadLimits(seconds=60), clock=lambda: next(ticks))
    assert [path for path, _ in recordings_of([("s.zip", three)], intake)] == ["yes/0.wav"]
    assert {one.reason for one in intake.skipped} == {"left out: more than 60 s of work"}


def test_an_archive_that_lists_too_much_or_is_damaged_is_refused_with_advice() -> None:
    many = archive({f"{i}": b"" for i in range(30)})
    with pytest.raises(DataError, match="lists more than 20 files"):
        taken(("m.zip", many), entries=20)
    whole = archive({"yes/a.wav": WAV})
    for damaged in (whole[: len(whole) // 2], b"PK\x03\x04" + bytes(100)):
        with pytest.raises(DataError, match=r"can't be opened .* Make it again"):
            taken(("d.zip", damaged))
    middle = bytearray(whole)
    middle[60:80] = bytes(20)
    assert "can't be unpacked" in taken(("d.zip", bytes(middle)))[1]["yes/a.wav"]


def test_names_that_would_mislead_are_made_visible() -> None:
    _, why = taken(("s.zip", archive({"yes/.\u202ewav\n.DS_Store": b""})))
    (path,) = why
    assert path.isprintable()
    long = taken(("s.zip", archive({f"{'y' * 500}/.hidden": b""})))[1]
    assert max(len(path) for path in long) <= 160


def heard_by_the_toy(**files: bytes) -> OwnResult:
    uploads = [(name.replace("__", "/") + ".wav", data) for name, data in files.items()]
    return measure_own_set(uploads, toy_picture_model())


def test_scores_are_those_of_classify_and_the_accuracy_has_wilsons_interval() -> None:
    frequencies = {"yes": 300.0, "no": 900.0, "go": 2000.0, "up": 3000.0}
    result = measure_own_set(
        [("s.zip", archive({f"{w}/a.wav": recording(f) for w, f in frequencies.items()}))],
        toy_picture_model(),
    )
    assert [clip.said for clip in result.clips] == list(frequencies)
    for clip, frequency in zip(result.clips, frequencies.values(), strict=True):
        samples = read_audio(recording(frequency)).samples
        expected = toy_picture_model().classify(samples, 16_000)
        assert clip.heard == expected.label
        assert clip.score == pytest.approx(expected.score, abs=1e-5)
        assert clip.score_of_word == pytest.approx(expected.scores[clip.said], abs=1e-5)
    right = sum(clip.said == clip.heard for clip in result.clips)
    assert result.accuracy == wilson_interval(right, 4)
    assert result.confusion.counts.sum() == 4
    assert np.trace(result.confusion.counts) == right
    scores = [clip.score for clip in result.mistakes]
    assert scores == sorted(scores, reverse=True)
    assert set(result.sounds) == {clip.number for clip in result.mistakes}


def test_of_a_longer_clip_the_loudest_second_is_heard() -> None:
    quiet, loud = np.zeros(32_000, np.float32), read_audio(recording(700, 1.0)).samples
    from tests.helpers.audio_files import encode

    result = measure_own_set(
        [("go.wav", encode(np.concatenate([quiet, loud, quiet]), 16_000))], toy_picture_model()
    )
    (clip,) = result.clips
    assert clip.seconds == pytest.approx(5.0)
    assert clip.heard == toy_picture_model().classify(loud, 16_000).label


def test_what_is_no_recording_is_listed_and_the_rest_still_counts() -> None:
    files = {
        "yes/a.wav": WAV,
        "yes/text.wav": b"not a sound at all",
        "yes/empty.wav": b"",
        "other/a.wav": WAV,
        "no/long.wav": recording(500, 11.0),
    }
    result = measure_own_set([("s.zip", archive(files))], toy_picture_model())
    assert [clip.path for clip in result.clips] == ["yes/a.wav"]
    why = {one.path: one.reason for one in result.skipped}
    assert set(why) == set(files) - {"yes/a.wav"}
    assert why["other/a.wav"].startswith("neither its folder nor its name")
    assert why["no/long.wav"] == "11 s long: one word takes 10 s at most"
    assert "empty" in why["yes/empty.wav"]


def test_nothing_usable_is_an_error_that_says_why() -> None:
    with pytest.raises(DataError, match=r"None of the files .*other/a.wav: neither"):
        measure_own_set([("s.zip", archive({"other/a.wav": WAV}))], toy_picture_model())
    with pytest.raises(DataError, match="has no recordings"):
        measure_own_set([("s.zip", archive({}))], toy_picture_model())


def test_a_name_that_looks_like_a_formula_is_only_text_in_the_csv() -> None:
    result = measure_own_set([("=cmd()-yes.wav", WAV)], toy_picture_model())
    line = as_csv(clip_table(result.clips)).splitlines()[1]
    assert line.startswith("'=cmd()-yes.wav,yes,")
