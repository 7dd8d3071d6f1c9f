"""Gathering speech and noise from unpacked packages: what is taken, and what names a word."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from kws_core.errors import DataError
from kws_core.training.dataset.more_sound import folder_recordings
from kws_core.training.tools.gather_sound import (
    NOISE,
    SENTENCES,
    SPEECH,
    Source,
    files_of,
    gather,
    holds_a_word,
)
from tests.helpers.audio_files import encode, tone


def write(packages: Path, *names: str) -> None:
    for name in names:
        path = packages / "usr" / "share" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(tone(500, 0.3, 16_000), 16_000))


def names_of(source: Source, packages: Path) -> list[str]:
    return [path.name for path in files_of(source, packages)]


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        *(("tv_tree", True), ("palmtree", True), ("no", True), ("A dog.", True), ("Stop-a", True)),
        *(("nose", False), ("onion", False), ("moon_star", False), ("upper", False), ("", False)),
    ],
)
def test_a_word_counts_alone_and_a_long_one_within_another(text: str, holds: bool) -> None:
    assert holds_a_word(text) is holds


def test_speech_that_names_a_word_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, "talk/en/no.wav", "talk/en/nose.wav", "talk/ball.wav", "talk/cat_desc_es.wav")
    assert names_of(Source("talk", "CC0", "talk"), tmp_path) == ["ball.wav", "nose.wav"]


def test_so_is_speech_whose_english_text_names_one(tmp_path: Path) -> None:
    write(tmp_path, "stamps/a_desc.wav", "stamps/b_desc.wav", "stamps/b_desc_fr.wav")
    (tmp_path / "usr/share/stamps/a.txt").write_text("A bowl.\nfr=Le bol\n")
    (tmp_path / "usr/share/stamps/b.txt").write_text("A house in the sun.\nfr=La maison\n")
    source = Source("stamps", "CC0", "stamps", ".*_desc.*")
    assert names_of(source, tmp_path) == ["a_desc.wav", "b_desc_fr.wav"]


def test_noise_may_be_called_like_a_word(tmp_path: Path) -> None:
    write(tmp_path, "stamps/dog.wav", "stamps/dog_desc.wav")
    source = Source("stamps", "CC0", "stamps", "(?!.*_desc).*", speech=False)
    assert names_of(source, tmp_path) == ["dog.wav"]


def test_a_pattern_is_that_of_the_place_below_the_folder(tmp_path: Path) -> None:
    write(tmp_path, "phone/es/hello.wav", "phone/es/digits/7.wav", "phone/es/digits-later.wav")
    source = Source("phone", "CC0", "phone/es", "(?!digits/).*")
    assert names_of(source, tmp_path) == ["digits-later.wav", "hello.wav"]


def test_what_a_telephone_keeps_becomes_a_file_that_can_be_read(tmp_path: Path) -> None:
    packages, out = tmp_path / "packages", tmp_path / "out"
    said = tone(500, 1.0, 8000)
    (packages / "usr/share/phone").mkdir(parents=True)
    kept = packages / "usr/share/phone/hello.gsm"
    soundfile.write(kept, said, 8000, format="RAW", subtype="GSM610")
    assert gather((Source("phone", "GPL-2", "phone"),), packages, out) == 1
    ((name, samples),) = folder_recordings(out)
    assert name == "phone/hello.wav"
    assert len(samples) / 16_000 == pytest.approx(1.0, abs=0.05)
    spectrum = np.abs(np.fft.rfft(samples))
    assert np.argmax(spectrum) * 16_000 / len(samples) == pytest.approx(500, abs=2)


def test_the_sentences_are_of_voices_that_nothing_is_trained_on() -> None:
    assert not {source.package for source in SENTENCES} & {
        source.package for source in (*SPEECH, *NOISE)
    }


def test_files_are_copied_under_their_folders_with_a_line_on_their_licences(tmp_path) -> None:
    packages, out = tmp_path / "packages", tmp_path / "out"
    write(packages, "talk/en/ball.wav", "talk/fr/ball.wav", "phone/hello.wav")
    sources = (Source("talk", "CC0", "talk"), Source("phone", "GPL-2", "phone"))
    assert gather(sources, packages, out) == 3
    assert (out / "talk" / "fr" / "ball.wav").read_bytes()
    assert (out / "ABOUT.txt").read_text() == "Debian packages talk (CC0), phone (GPL-2)\n"


def test_a_missing_package_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="klettres-data with apt-get"):
        gather(SPEECH, tmp_path, tmp_path / "out")


@pytest.mark.slow
def test_the_command_says_what_it_did_or_what_is_missing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kws_core.training.tools.gather_sound"]
    command += ["--packages", str(tmp_path), "--out", str(tmp_path / "out")]
    failed = subprocess.run(command, capture_output=True, text=True)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "is missing: download the package" in failed.stderr
    for source in (*SPEECH, *NOISE, *SENTENCES):
        write(tmp_path, f"{source.folder}/thing_desc.wav", f"{source.folder}/thing.wav")
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0
    assert f"{len(NOISE)} files of noise" in done.stdout
    assert f"{2 * len(SENTENCES)} files of sentences" in done.stdout
