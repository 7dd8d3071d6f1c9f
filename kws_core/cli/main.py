"""The command line: words of files, the models there are, training and evaluation.

Results go to standard output, everything else to standard error. The exit code is 0, or 1 when
something was refused (the other files are still done), 2 for wrong usage, 130 after Ctrl-C.
With ``--json`` every line of output is one JSON object, one per file, in the order given; a file
that was refused has the keys ``file`` and ``error``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kws_core.audio.clip import Clip
from kws_core.audio.read import read_audio
from kws_core.cli.evaluate import add_describe_data, add_evaluate, add_results
from kws_core.cli.export import add_export
from kws_core.cli.listen import add_listen
from kws_core.cli.numbers import count
from kws_core.cli.options import Commands, add_model, add_model_folder
from kws_core.cli.scan import (
    add_events,
    add_scan_options,
    finder_settings,
    is_for_archive,
    scan_archive_command,
)
from kws_core.cli.stream import add_evaluate_stream
from kws_core.cli.teach import add_evaluate_teaching, add_taught, add_teach, chosen_recognizer
from kws_core.cli.train import add_train
from kws_core.errors import KwsError, TooLongError
from kws_core.models import ARCHITECTURES
from kws_core.models.store import read_card
from kws_core.spotting.recognizer import DEFAULT_MODEL, Recognizer

OK, REFUSED, INTERRUPTED = 0, 1, 130
_Result = tuple[str, dict[str, Any]]  # for people, and for programs


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command (of `sys.argv` by default) and return its exit code.

    Raises SystemExit with code 2 for wrong usage, as argparse does, and 0 for ``--help``.
    """
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        code = command(options)
        sys.stdout.flush()
    except KwsError as error:
        return _refuse(str(error))
    except KeyboardInterrupt as stop:
        print(str(stop) or "Stopped.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (head, for one) has seen enough; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    return code


def _program() -> str:
    """Return how this program was called: as a module, or as the installed command."""
    return "kws" if Path(sys.argv[0]).stem == "kws" else "python -m kws_core"


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return REFUSED


def _predict(options: argparse.Namespace) -> int:
    recognizer = chosen_recognizer(options)

    def analyse(clip: Clip) -> _Result:
        try:
            prediction = recognizer.classify(clip.samples, clip.sample_rate)
        except TooLongError as error:
            raise TooLongError(
                f"{clip.duration:.1f} s is more than the one second that predict takes. "
                f"Find its words with: {_program()} scan FILE"
            ) from error
        best, *others = [f"{label} {score:.1%}" for label, score in prediction.scores.items()]
        fields = {
            "label": prediction.label,
            "score": prediction.score,
            "is_word": prediction.is_word,
            "scores": prediction.scores,
        }
        return f"{best}  (then {', '.join(others[: options.runners_up])})", fields

    return _each_file(options, analyse)


def _scan(options: argparse.Namespace) -> int:
    if is_for_archive(options):
        return scan_archive_command(options)
    recognizer = chosen_recognizer(options)
    settings = finder_settings(options)

    def analyse(clip: Clip) -> _Result:
        words = recognizer.find_words(clip.samples, clip.sample_rate, settings)
        lines = [f"\n  {w.start:6.2f} s  {w.end:6.2f} s  {w.label} {w.score:.1%}" for w in words]
        return "".join(lines) or "no words found", {"words": [asdict(word) for word in words]}

    return _each_file(options, analyse)


def _each_file(options: argparse.Namespace, analyse: Callable[[Clip], _Result]) -> int:
    """Read, analyse and print every file; one that is refused does not stop the others."""
    code = OK
    for file in options.files:
        try:
            clip = read_audio(file, options.channel, options.source_rate)
            text, fields = analyse(clip)
        except KwsError as error:
            code = _refuse(f"{file}: {error}")
            if options.json:
                _print_json({"file": file, "error": str(error)})
            continue
        if options.json:
            about = {"file": file, "duration": clip.duration, "notes": list(clip.notes)}
            _print_json(about | fields)
        else:
            for note in clip.notes:
                print(f"{file}: {note}", file=sys.stderr)
            print(f"{file}: {text}", flush=True)
    return code


def _print_json(fields: dict[str, Any]) -> None:
    print(json.dumps(fields, ensure_ascii=False, allow_nan=False), flush=True)


def _models(options: argparse.Namespace) -> int:
    folder: Path = options.model_folder
    names = Recognizer.available(folder)
    if not names:
        return _refuse(f"There are no models in {folder}.")
    code = OK
    for name in names:
        try:
            card = read_card(folder, name)
        except KwsError as error:
            code = _refuse(str(error))
            continue
        known = ARCHITECTURES.get(card.architecture)
        title = known.title if known else f"unknown architecture {card.architecture!r}"
        mark = " (default)" if name == DEFAULT_MODEL else ""
        print(
            f"{name}{mark}: {title}, {card.parameters:,} parameters, "
            f"{len(card.labels)} labels, {card.date or 'no date'}"
        )
    return code


def _add_predict(commands: Commands) -> None:
    predict = commands.add("predict", "which word clips of up to 1 s are", _predict)
    _add_file_options(predict)
    predict.add_argument("files", nargs="+", metavar="FILE", help="WAV, FLAC, OGG, MP3, M4A, ...")
    predict.add_argument(
        "--runners-up", type=count, default=3, help="how many (default: %(default)s)"
    )


def _add_scan(commands: Commands) -> None:
    scan = commands.add("scan", "the words of long recordings and their times", _scan)
    _add_file_options(scan)
    add_scan_options(scan)


def _add_models(commands: Commands) -> None:
    add_model_folder(commands.add("models", "the models there are", _models))


def _add_file_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--channel", type=int, help="number of the channel, from 1 (default: the mix or the best)"
    )
    parser.add_argument(
        "--source-rate", type=int, metavar="HZ", help="sample rate, where the file's own is wrong"
    )
    add_model(parser)
    add_taught(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line and file")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=_program(), description="Recognise spoken commands.")
    commands = Commands(parser)
    for add in (
        *(_add_predict, _add_scan, add_events, add_listen, add_teach, add_evaluate_teaching),
        *(_add_models, add_train, add_evaluate, add_evaluate_stream, add_describe_data),
        *(add_export, add_results),
    ):
        add(commands)
    return parser
