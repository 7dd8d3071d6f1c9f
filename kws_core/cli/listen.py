"""The command ``listen``: words of a stream, and false alarms counted."""

from __future__ import annotations

import argparse
import importlib
import json
import queue
import sys
import wave
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt

from kws_core.audio.read import read_audio
from kws_core.audio.waveform import SAMPLE_RATE, check_rate
from kws_core.cli.detector import add_detector_options, detector_settings
from kws_core.cli.numbers import positive
from kws_core.cli.options import Commands, add_model
from kws_core.cli.teach import add_taught, chosen_recognizer
from kws_core.errors import DataError, NotAudioError, SettingsError
from kws_core.room import AlarmCount, files
from kws_core.room.wording import counted, interval, per_hour
from kws_core.spotting import Detection, KeywordDetector

STANDARD_INPUT = "-"
CHUNK_S = 0.02  # read at once; short, so that words appear without delay
# Samples, their rate, and the time of the first by the clock of the source, if it has one.
_Chunk = tuple[npt.NDArray[Any], int, float | None]


def add_listen(commands: Commands) -> None:
    """Add the command ``listen``."""
    listen = commands.add("listen", "the words of a stream, as they are spoken", listen_command)
    source = listen.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "file",
        nargs="?",
        metavar="FILE",
        help="a recording; - for WAV or 16-bit little-endian mono samples on standard input",
    )
    source.add_argument("--microphone", action="store_true", help="needs the package sounddevice")
    listen.add_argument(
        "--rate", type=int, default=SAMPLE_RATE, help="of bare samples, Hz (default: %(default)s)"
    )
    add_model(listen)
    add_taught(listen)
    listen.add_argument(
        "--words", metavar="WORD,WORD", help="to listen for (default: all that the model knows)"
    )
    add_detector_options(listen)
    listen.add_argument("--json", action="store_true", help="one JSON object a line and word")
    listen.add_argument(
        "--count",
        type=positive,
        metavar="SECONDS",
        help="count detections as false alarms for this time, while nobody speaks a word; the last "
        "line has the rate and, as text, all thresholds",
    )
    listen.add_argument(
        "--save",
        type=Path,
        metavar="ZIP",
        help="with --count: where the figures and two seconds around each alarm go",
    )


def listen_command(options: argparse.Namespace) -> int:
    """Print the words of a stream as they are heard; returns 0.

    Raises KwsError if the source, the model or the settings can't be used, or the file of the
    sounds can't be written.
    """
    settings = detector_settings(options)
    if options.words is not None:
        settings = replace(settings, words=tuple(options.words.split(",")))
    detector = KeywordDetector(chosen_recognizer(options), settings)
    count = None
    if options.count is not None:
        count = AlarmCount(detector.labels, settings, options.count, options.model)
        detector.follower = count
    elif options.save is not None:
        raise SettingsError("--save keeps what --count finds: give --count as well.")
    try:
        _listen(options, detector, count)
    finally:
        # Also after Ctrl-C: the count until then is valid.
        if detector.faults.any:
            kinds = asdict(detector.faults).items()
            print(
                "Faults of the stream: " + ", ".join(f"{kind} {n:g}" for kind, n in kinds if n),
                file=sys.stderr,
            )
        if count is not None:
            _report(count, options)
    return 0


def _listen(
    options: argparse.Namespace, detector: KeywordDetector, count: AlarmCount | None
) -> None:
    for samples, sample_rate, timestamp in _source(options):
        for found in detector.push(samples, sample_rate, timestamp):
            print(_line(found, as_json=options.json), flush=True)
        if count is not None and count.is_over:
            return


def _report(count: AlarmCount, options: argparse.Namespace) -> None:
    count.interrupt()  # the last alarm has all the sound that it gets
    if options.save is not None:
        try:
            options.save.write_bytes(files.as_zip(count, None))
        except OSError as error:
            raise DataError(f"The sounds could not be saved: {error}") from error
    if options.json:
        print(json.dumps(files.figures(count, None), allow_nan=False), flush=True)
        return
    rate = count.rate
    if rate is None:
        print("Nothing was counted: there was less than a second of sound.", file=sys.stderr)
        return
    print(f"False alarms: {counted(rate)} (95% interval). Near alarms: {count.n_near}.")
    print("threshold  false alarms per hour")
    before = None
    for threshold, at in count.by_threshold.items():
        if at.count != before:
            print(f"{threshold:9g}  {per_hour(at.per_hour)} ({interval(at)})")
        before = at.count


def _line(found: Detection, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(asdict(found) | {"time": found.time}, allow_nan=False)
    return f"{found.start:8.2f} s  {found.label:10s} {found.score:.1%}"


def _source(options: argparse.Namespace) -> Iterator[_Chunk]:
    if options.microphone:
        return _microphone()
    if options.file == STANDARD_INPUT:
        chunks = _standard_input(sys.stdin.buffer, check_rate(options.rate))
    else:
        chunks = _file(options.file)
    return _with_silence_after(chunks)


def _with_silence_after(chunks: Iterator[_Chunk]) -> Iterator[_Chunk]:
    """Let the last word have a second to be heard in."""
    sample_rate = SAMPLE_RATE
    for chunk in chunks:
        sample_rate = chunk[1]
        yield chunk
    yield np.zeros(sample_rate, np.float32), sample_rate, None


def _file(path: str) -> Iterator[_Chunk]:
    """Read a recording of any length; what libsndfile doesn't know, up to a minute."""
    import soundfile

    try:
        file = soundfile.SoundFile(path)
    except soundfile.SoundFileError:
        clip = read_audio(path)
        yield clip.samples, clip.sample_rate, None
        return
    with file:
        for block in file.blocks(SAMPLE_RATE, dtype="float32", always_2d=True):
            yield block.mean(axis=1), file.samplerate, None


def _standard_input(stream: BinaryIO, sample_rate: int) -> Iterator[_Chunk]:
    start = stream.read(4)
    if start != b"RIFF":
        n_bytes = 2 * round(CHUNK_S * sample_rate)
        while data := start + stream.read(n_bytes - len(start)):
            start = b""
            yield np.frombuffer(data[: len(data) // 2 * 2], "<i2"), sample_rate, None
        return
    try:
        with wave.open(cast(BinaryIO, _Rewound(start, stream)), "rb") as file:
            if file.getsampwidth() != 2:
                raise NotAudioError("Standard input takes WAV of 16 bits: convert it first.")
            sample_rate, n_channels = file.getframerate(), file.getnchannels()
            while data := file.readframes(round(CHUNK_S * sample_rate)):
                frames = np.frombuffer(data, "<i2").reshape(-1, n_channels)
                mono = frames.mean(axis=1, dtype=np.float32) / np.float32(2**15)
                yield mono, sample_rate, None
    except (wave.Error, EOFError) as error:
        raise NotAudioError(f"Standard input is no WAV that can be read ({error}).") from error


class _Rewound:
    """A stream of which the first bytes were read already, for reading on only."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        self._start, self._rest = start, rest

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer at the end."""
        data, self._start = self._start[:size], self._start[size:]
        return data + self._rest.read(size - len(data))


def _microphone() -> Iterator[_Chunk]:
    try:
        sounddevice = importlib.import_module("sounddevice")
    except (ImportError, OSError) as error:  # OSError: its library PortAudio is missing
        raise SettingsError(
            f"The microphone can't be used here ({error}). Install the package sounddevice "
            "(pip install sounddevice), or give a file, or - for standard input."
        ) from error
    heard: queue.SimpleQueue[tuple[npt.NDArray[np.float32], float]] = queue.SimpleQueue()

    def keep(block: npt.NDArray[np.float32], n_frames: int, times: Any, status: Any) -> None:
        heard.put((block[:, 0].copy(), float(times.inputBufferAdcTime)))

    try:
        with sounddevice.InputStream(SAMPLE_RATE, channels=1, dtype="float32", callback=keep):
            print("Listening; Ctrl-C ends it.", file=sys.stderr)
            while True:
                samples, timestamp = heard.get()
                yield samples, SAMPLE_RATE, timestamp or None
    except sounddevice.PortAudioError as error:
        raise SettingsError(
            f"The microphone can't be opened ({error}). Check that there is one and that this "
            "program may use it."
        ) from error
