"""The commands ``listen`` and ``evaluate-stream``."""

from __future__ import annotations

import argparse
import importlib
import json
import queue
import sys
import wave
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt

from kws_core.audio.read import read_audio
from kws_core.audio.waveform import SAMPLE_RATE, check_rate
from kws_core.cli.numbers import positive, rate
from kws_core.cli.teach import add_taught, chosen_recognizer
from kws_core.errors import DataError, NotAudioError, SettingsError
from kws_core.results.store import RESULTS_FOLDER, SPLITS
from kws_core.results.stream_store import save_stream_figures
from kws_core.spotting import Detection, DetectorSettings, KeywordDetector
from kws_core.spotting.recognizer import DEFAULT_MODEL

STANDARD_INPUT = "-"
CHUNK_S = 0.02  # so much is read at once: what is said shows at once
_DETECTOR_OPTIONS: dict[str, tuple[Callable[[str], float], str]] = {
    "threshold": (rate, "least smoothed score of a word, 0 to 1"),
    "smoothing": (float, "seconds over which scores are averaged"),
    "hop": (float, "seconds from one window to the next, a multiple of 0.01"),
    "hysteresis": (float, "how far a word's score must fall below its threshold to count again"),
    "refractory": (float, "seconds after a word in which nothing is heard"),
}
# Samples, their rate, and the time of the first by the clock of the source, if it has one.
_Chunk = tuple[npt.NDArray[Any], int, float | None]


def add_listen_options(listen: argparse.ArgumentParser) -> None:
    """Add the options of ``listen`` to its parser."""
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
    listen.add_argument("--model", default=DEFAULT_MODEL, help="its name (default: %(default)s)")
    add_taught(listen)
    listen.add_argument(
        "--words", metavar="WORD,WORD", help="to listen for (default: all that the model knows)"
    )
    _add_detector_options(listen)
    listen.add_argument("--json", action="store_true", help="one JSON object a line and word")


def listen_command(options: argparse.Namespace) -> int:
    """Print the words of a stream as they are heard; returns 0.

    Raises KwsError if the source, the model or the settings can't be used.
    """
    settings = _detector_settings(options)
    if options.words is not None:
        settings = replace(settings, words=tuple(options.words.split(",")))
    detector = KeywordDetector(chosen_recognizer(options), settings)
    try:
        for samples, sample_rate, timestamp in _source(options):
            for found in detector.push(samples, sample_rate, timestamp):
                print(_line(found, as_json=options.json), flush=True)
    finally:
        if detector.faults.any:
            kinds = asdict(detector.faults).items()
            print(
                "Faults of the stream: " + ", ".join(f"{kind} {n:g}" for kind, n in kinds if n),
                file=sys.stderr,
            )
    return 0


def _add_detector_options(parser: argparse.ArgumentParser) -> None:
    default = DetectorSettings()
    for name, (kind, what) in _DETECTOR_OPTIONS.items():
        text = f"{what} (default: %(default)s)"
        parser.add_argument(f"--{name}", type=kind, default=getattr(default, name), help=text)
    add_inside_sentences(parser)


def add_inside_sentences(parser: argparse.ArgumentParser) -> None:
    """Add the option that takes words inside sentences for commands too."""
    parser.add_argument(
        "--inside-sentences",
        action="store_true",
        help="hear words inside sentences too, not only commands on their own",
    )


def _detector_settings(options: argparse.Namespace) -> DetectorSettings:
    given = {name: getattr(options, name) for name in _DETECTOR_OPTIONS}
    return DetectorSettings(**given, alone=not options.inside_sentences)


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


def add_evaluate_stream_options(evaluate: argparse.ArgumentParser) -> None:
    """Add the options of ``evaluate-stream`` to its parser."""
    evaluate.add_argument("--model", default=DEFAULT_MODEL, help="its name (default: %(default)s)")
    evaluate.add_argument("--data", type=Path, required=True, help="folder of the Parquet files")
    evaluate.add_argument("--split", choices=SPLITS, default="val")
    evaluate.add_argument(
        "--out",
        type=Path,
        default=RESULTS_FOLDER,
        help="folder for the figures (default: where the app shows them from)",
    )
    evaluate.add_argument(
        "--minutes", type=positive, help="of words over each noise, heard at five ratios"
    )
    evaluate.add_argument("--minutes-without", type=positive, help="without any of the words")
    evaluate.add_argument("--seed", type=int, help="of all that is drawn")
    _add_detector_options(evaluate)


def evaluate_stream_command(options: argparse.Namespace) -> int:
    """Measure the detector on streams and save the figures; returns 0.

    Raises KwsError if model, data or settings can't be used, or the figures can't be written.
    """
    # Only here: to listen, neither pyarrow nor tqdm is needed.
    from kws_core.evaluation.evaluate_streams import evaluate_stream
    from kws_core.evaluation.stream_set import StreamSetSettings

    given = {
        name: getattr(options, name)
        for name in ("minutes", "minutes_without", "seed")
        if getattr(options, name) is not None
    }
    settings, detector = replace(StreamSetSettings(), **given), _detector_settings(options)
    try:
        options.out.mkdir(parents=True, exist_ok=True)  # first: all else takes minutes
        figures = evaluate_stream(
            options.model, options.data, options.split, options.model_folder, settings, detector
        )
        path = save_stream_figures(options.out, figures)
    except OSError as error:
        raise DataError(f"Evaluation stopped: {error}") from error
    for point in figures["operating_points"]:
        missed, alarms = point["missed"], point["false_alarms"]
        print(
            f"threshold {point['threshold']:g}: {alarms['per_hour']:.2f} false alarms per hour "
            f"({alarms['low']:.2f} to {alarms['high']:.2f}), {missed['value']:.1%} of "
            f"{missed['n']} words missed"
        )
    print(f"All figures in {path}")
    return 0
