"""Words said by synthesisers: which, in whose voices, and by which commands."""

from __future__ import annotations

import stat
from collections import Counter
from pathlib import Path

import pytest

from kws_core.errors import DataError
from kws_core.labels import WORDS
from kws_core.training.dataset.more_sound import MoreSound, folder_recordings
from kws_core.training.tools import synthesize
from kws_core.training.tools.synthesize import Saying, draw_sayings, draw_texts, other_words, say
from tests.helpers.audio_files import encode, tone

_LISTED = [
    "spud",
    "Yesterday",
    "no",
    "won",
    "note",
    "upset",
    "onset",
    "onion",
    "goes",
    "ups",
    "it's",
]


@pytest.fixture
def dictionary(tmp_path: Path) -> Path:
    path = tmp_path / "words"
    path.write_text("\n".join(_LISTED), encoding="utf-8")
    return path


def test_other_words_hold_none_of_the_35_and_sound_like_none(dictionary: Path) -> None:
    assert other_words(dictionary) == ["goes", "note", "onion", "spud"]


def test_without_a_list_of_words_it_says_which_package_has_one(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="install the package wamerican-small"):
        other_words(tmp_path / "nowhere")


def test_every_second_word_is_a_short_one() -> None:
    texts = draw_texts(["spud", "refrigerate"], 400, seed=1)
    assert all(text == "spud" for text in texts[1::2])
    assert 60 < texts[::2].count("spud") < 140
    assert texts == draw_texts(["spud", "refrigerate"], 400, seed=1)
    assert texts != draw_texts(["spud", "refrigerate"], 400, seed=2)


def test_every_voice_says_words_and_others() -> None:
    """Or a voice would give away whether it is a word."""
    words, others = (
        {(s.program, s.voice) for s in draw_sayings(texts, seed=3) if s.program != "espeak-ng"}
        for texts in (list(WORDS) * 10, ["spud"] * 350)
    )
    assert words == others
    assert len(words) == 7


def test_half_of_it_is_said_by_flite() -> None:
    sayings = draw_sayings(["spud"] * 1000, seed=4)
    count = Counter(saying.program for saying in sayings)
    assert 440 < count["flite"] < 560
    assert 200 < count["festival"] < 300
    assert all(0.75 <= saying.stretch <= 1.3 for saying in sayings)
    assert sayings == draw_sayings(["spud"] * 1000, seed=4)


def _stand_in(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_programs_get_text_voice_pace_and_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("flite", "espeak-ng"):
        _stand_in(programs, name, f'echo {name} "$@" >> {tmp_path}/said')
    _stand_in(programs, "festival", f"cat >> {tmp_path}/said")
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    sayings = [
        Saying("spud", "flite", "slt", 0.9, 170),
        Saying("onion", "espeak-ng", "en-us+f2", 1.2, 40),
        Saying("note", "festival", "kal_diphone", 1.1, 0),
    ]
    say(sayings, [tmp_path / "out" / f"{i}.wav" for i in range(3)])
    told = (tmp_path / "said").read_text(encoding="utf-8")
    out = tmp_path / "out"
    assert (
        "flite -voice slt --setf duration_stretch=0.9 --setf int_f0_target_mean=170 "
        f"-t spud -o {out}/0.wav\n" in told
    )
    assert f"espeak-ng -v en-us+f2 -s 125 -p 40 -w {out}/1.wav onion\n" in told
    assert "(voice_kal_diphone)\n(Parameter.set 'Duration_Stretch 1.1)\n" in told
    assert f'(utt.save.wave (utt.synth (Utterance Text "note")) "{out}/2.wav" \'riff)' in told


def test_what_is_not_installed_or_fails_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    one = [Saying("spud", "flite", "slt", 1.0, 180)]
    with pytest.raises(DataError, match="flite is not installed"):
        say(one, [tmp_path / "a.wav"])
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    _stand_in(tmp_path, "flite", "echo no such voice >&2; exit 1")
    with pytest.raises(DataError, match="flite failed: no such voice"):
        say(one, [tmp_path / "a.wav"])


def test_the_command_leaves_folders_to_train_on(
    tmp_path: Path, dictionary: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    def spoken(sayings: list[Saying], paths: list[Path]) -> None:
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(encode(tone(500, 0.3, 16_000), 16_000))

    monkeypatch.setattr(synthesize, "say", spoken)
    out = tmp_path / "sounds"
    (out / "speech").mkdir(parents=True)
    (out / "speech" / "ABOUT.txt").write_text("People (CC0)\n", encoding="utf-8")
    given = ["--out", str(out), "--dictionary", str(dictionary), "--others", "5", "--times", "1"]
    monkeypatch.setattr("sys.argv", ["synthesize", *given])
    for _ in range(2):  # the second time nothing is said twice
        assert synthesize.main() == 0
    assert "5 other words" in capsys.readouterr().out
    assert len(list(folder_recordings(out / "speech"))) == 5
    assert {path.parent.name for path in (out / "words").rglob("*.wav")} == set(WORDS)
    assert MoreSound(speech=out / "speech", words=out / "words").descriptions() == [
        "more speech: People (CC0); words said by flite, festival and espeak-ng",
        "more words: Said by flite, festival and espeak-ng",
    ]
