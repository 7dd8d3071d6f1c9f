"""The command ``listen``: what it prints for a file, standard input and a microphone."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.cli import listen as cli_listen
from kws_core.cli import main as cli
from kws_core.spotting import DetectorSettings, KeywordDetector
from tests.helpers.audio_files import encode
from tests.helpers.listeners import WORDS, StreamListener, burst


@pytest.fixture
def listen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run ``listen`` with a recogniser of tones; returns exit code, output and messages."""
    loaded = SimpleNamespace(load=lambda name, folder: StreamListener(dict.fromkeys(WORDS, 0.98)))
    monkeypatch.setattr("kws_core.cli.teach.Recognizer", loaded)

    def run(*arguments: str, standard_input: bytes = b"") -> tuple[int, str, str]:
        stream = SimpleNamespace(buffer=io.BytesIO(standard_input))
        monkeypatch.setattr(sys, "stdin", stream)
        usual = ["--threshold", "0.97", "--smoothing", "0.24"]  # what the tones reach
        return (cli.main(["listen", *usual, *arguments]), *capsys.readouterr())

    return run


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    """Three words; the last ends the recording."""
    words = [burst(word, 0, 0.3) for word in ("low", "middle", "high")]
    return np.concatenate([np.zeros(SAMPLE_RATE // 2, np.float32), *words])


def said(lines: str) -> list[str]:
    return [line.split()[2] for line in lines.splitlines()]


def test_a_file_is_heard_to_its_last_word(listen, sound, tmp_path: Path) -> None:
    path = tmp_path / "words.wav"
    path.write_bytes(encode(sound, SAMPLE_RATE))
    code, out, err = listen(str(path))
    assert (code, err) == (0, "")
    assert said(out) == ["low", "middle", "high"]
    assert float(out.split()[0]) == pytest.approx(0.75, abs=0.03)
    assert out.splitlines()[0].endswith("98.0%")


def test_words_inside_a_sentence_are_heard_if_asked_for(
    listen, sound, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "words.wav"
    path.write_bytes(encode(sound, SAMPLE_RATE))
    settings: list[DetectorSettings] = []

    class Noted(KeywordDetector):
        def __init__(self, recognizer: Any, chosen: DetectorSettings) -> None:
            settings.append(chosen)
            super().__init__(recognizer, chosen)

    monkeypatch.setattr(cli_listen, "KeywordDetector", Noted)
    listen(str(path))
    listen(str(path), "--inside-sentences")
    assert [one.alone for one in settings] == [True, False]


def test_json_has_a_line_a_word(listen, sound, tmp_path: Path) -> None:
    path = tmp_path / "words.flac"
    path.write_bytes(encode(sound, SAMPLE_RATE, "flac"))
    _, out, _ = listen("--json", "--words", "high", str(path))
    found = [json.loads(line) for line in out.splitlines()]
    assert [each["label"] for each in found] == ["high"]
    assert set(found[0]) == {"label", "start", "end", "score", "latency", "time"}
    assert found[0]["start"] == pytest.approx(2.35, abs=0.03)


@pytest.mark.parametrize("kind", ["wav", "bare", "bare 8 kHz"])
def test_standard_input_is_wav_or_bare_samples(listen, sound, kind: str) -> None:
    pcm = (sound * 2**15).astype("<i2")
    if kind == "wav":
        code, out, _ = listen("-", standard_input=encode(sound, SAMPLE_RATE))
    elif kind == "bare":
        code, out, _ = listen("-", standard_input=pcm.tobytes() + b"\x01")
    else:
        code, out, _ = listen("-", "--rate", "8000", standard_input=pcm[::2].tobytes())
    assert code == 0
    assert said(out) == ["low", "middle", "high"]


def test_a_threshold_that_no_word_reaches_hears_nothing(listen, sound) -> None:
    assert listen("-", "--threshold", "0.99", standard_input=encode(sound, SAMPLE_RATE))[1] == ""


def test_within_the_refractory_time_after_a_word_nothing_is_heard(listen, sound) -> None:
    heard = listen("-", "--refractory", "5", standard_input=encode(sound, SAMPLE_RATE))[1]
    assert said(heard) == ["low"]


@pytest.mark.parametrize(
    ("arguments", "data", "message"),
    [
        (["-", "--words", "maybe"], b"", "doesn't know the word 'maybe'"),
        (["-", "--hop", "0.015"], b"", "choose a multiple of 0.01 s"),
        (["-"], b"RIFF____WAVE____", "no WAV that can be read"),
        (["-"], encode(np.zeros(99, np.float32), SAMPLE_RATE)[:30], "no WAV that can be read"),
        (["-", "--rate", "3"], b"", "sample rate of 3 Hz"),
        (["no-such-file.wav"], b"", "could not be opened"),
    ],
)
def test_what_cannot_be_heard_is_refused(listen, arguments, data: bytes, message: str) -> None:
    code, out, err = listen(*arguments, standard_input=data)
    assert (code, out) == (1, "")
    assert message in err


def test_without_sounddevice_the_microphone_is_refused(listen, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    code, _, err = listen("--microphone")
    assert code == 1
    assert "pip install sounddevice" in err


def test_a_microphone_is_heard_and_what_it_lost_is_told(listen, sound, monkeypatch) -> None:
    """A stand-in for sounddevice: it delivers the words, 0.1 s short, and then Ctrl-C comes."""

    class InputStream:
        def __init__(self, rate: int, channels: int, dtype: str, callback: Any) -> None:
            assert (rate, channels, dtype) == (SAMPLE_RATE, 1, "float32")
            quiet = np.zeros(SAMPLE_RATE, np.float32)
            lead = np.concatenate([quiet, sound, quiet])
            for at in range(0, len(lead), 320):
                if not 3200 <= at < 4800:
                    times = SimpleNamespace(inputBufferAdcTime=100 + at / SAMPLE_RATE)
                    callback(lead[at : at + 320, None], 320, times, None)

        def __enter__(self) -> None: ...

        def __exit__(self, *error: object) -> None: ...

    class Ending(cli_listen.queue.SimpleQueue):
        def get(self) -> Any:  # type: ignore[override]
            if self.empty():
                raise KeyboardInterrupt
            return super().get()

    stand_in = SimpleNamespace(InputStream=InputStream, PortAudioError=RuntimeError)
    monkeypatch.setitem(sys.modules, "sounddevice", stand_in)
    monkeypatch.setattr(cli_listen.queue, "SimpleQueue", Ending)
    code, out, err = listen("--microphone")
    assert code == cli.INTERRUPTED
    assert said(out) == ["low", "middle", "high"]
    assert "gaps 1, lost 0.1" in err


def test_a_microphone_that_cannot_be_opened_is_refused(listen, monkeypatch) -> None:
    class PortAudioError(Exception):
        pass

    def refuse(*arguments: object, **named: object) -> None:
        raise PortAudioError("no device")

    stand_in = SimpleNamespace(InputStream=refuse, PortAudioError=PortAudioError)
    monkeypatch.setitem(sys.modules, "sounddevice", stand_in)
    code, _, err = listen("--microphone")
    assert code == 1
    assert "can't be opened (no device)" in err


def test_words_are_counted_as_false_alarms_for_so_long(listen, sound, tmp_path: Path) -> None:
    path, archive = tmp_path / "talk.wav", tmp_path / "room.zip"
    path.write_bytes(encode(np.concatenate([sound, sound, sound]), SAMPLE_RATE))
    code, out, _ = listen(str(path), "--count", "5", "--save", str(archive))
    assert code == 0
    *words, text, head, _, _ = out.splitlines()
    heard = said("\n".join(words))
    assert heard[:3] == ["low", "middle", "high"]
    assert len(heard) < 9  # it ended before the file
    assert text.startswith(f"False alarms: {len(heard)} in 5 s: ")
    # The threshold from which on there are fewer: none is surer than 0.98.
    assert head == "threshold  false alarms per hour"
    assert [line.split()[0] for line in out.splitlines()[-2:]] == ["0.3", "0.985"]
    assert out.splitlines()[-1].split()[1] == "0.0"
    with zipfile.ZipFile(archive) as kept:
        assert sum(name.endswith(".wav") for name in kept.namelist()) == len(heard)


def test_a_count_as_json_ends_with_its_figures(listen, sound) -> None:
    _, out, _ = listen("-", "--json", "--count", "60", standard_input=encode(sound, SAMPLE_RATE))
    *words, figures = [json.loads(line) for line in out.splitlines()]
    assert figures["alarms"]["false_alarms"]["count"] == len(words) == 3
    assert figures["alarms"]["by_word"] == {"low": 1, "middle": 1, "high": 1}
    # The file is shorter than the test: what there is counts.
    assert figures["alarms"]["seconds"] == pytest.approx(len(sound) / SAMPLE_RATE, abs=0.2)


def test_what_was_counted_until_ctrl_c_is_told(listen, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(options: Any) -> Any:
        yield np.zeros(3 * SAMPLE_RATE, np.float32), SAMPLE_RATE, None
        raise KeyboardInterrupt

    monkeypatch.setattr(cli_listen, "_source", interrupted)
    code, out, err = listen("--microphone", "--count", "3600")
    assert code == 130
    assert out.startswith("False alarms: 0 in 2 s: 0.0 to ")
    assert "Stopped." in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-", "--save", "x.zip"], "give --count as well"),
        (["-", "--count", "9", "--save", "no-such-folder/x.zip"], "could not be saved"),
    ],
)
def test_sounds_that_cannot_be_saved_are_refused(listen, arguments, message: str) -> None:
    code, _, err = listen(*arguments, standard_input=bytes(64_000))
    assert code == 1
    assert message in err
