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

from kws_core.audio.read import Clip, read_audio
from kws_core.cli.data import add_describe_data_options, describe_data_command
from kws_core.cli.evaluate import (
    add_evaluate_options,
    add_results_options,
    evaluate_command,
    results_command,
)
from kws_core.cli.export import add_export_options, export_command
from kws_core.cli.listen import add_listen_options, listen_command
from kws_core.cli.numbers import count
from kws_core.cli.scan import (
    add_events_options,
    add_scan_options,
    events_command,
    finder_settings,
    is_for_archive,
    scan_archive_command,
)
from kws_core.cli.stream import add_evaluate_stream_options, evaluate_stream_command
from kws_core.cli.teach import (
    add_evaluate_teaching_options,
    add_taught,
    add_teach_options,
    chosen_recognizer,
    evaluate_teaching_command,
    teach_command,
)
from kws_core.cli.train import add_training_options, train_command
from kws_core.errors import KwsError, TooLongError
from kws_core.models import ARCHITECTURES
from kws_core.models.store import MODEL_FOLDER, read_card
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=_program(), description="Recognise spoken commands.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    model_folder = argparse.ArgumentParser(add_help=False)
    model_folder.add_argument(
        "--model-folder", type=Path, default=MODEL_FOLDER, help="where the models are"
    )
    files = argparse.ArgumentParser(add_help=False)
    files.add_argument(
        "--channel", type=int, help="number of the channel, from 1 (default: the mix or the best)"
    )
    files.add_argument(
        "--source-rate", type=int, metavar="HZ", help="sample rate, where the file's own is wrong"
    )
    files.add_argument("--model", default=DEFAULT_MODEL, help="its name (default: %(default)s)")
    add_taught(files)
    files.add_argument("--json", action="store_true", help="one JSON object a line and file")

    predict = commands.add_parser(
        "predict", parents=[files, model_folder], help="which word clips of up to 1 s are"
    )
    predict.add_argument("files", nargs="+", metavar="FILE", help="WAV, FLAC, OGG, MP3, M4A, ...")
    predict.add_argument(
        "--runners-up", type=count, default=3, help="how many (default: %(default)s)"
    )
    predict.set_defaults(command=_predict)
    scan = commands.add_parser(
        "scan", parents=[files, model_folder], help="the words of long recordings and their times"
    )
    add_scan_options(scan)
    scan.set_defaults(command=_scan)
    events = commands.add_parser("events", help="count what scan --out found, by word and file")
    add_events_options(events)
    events.set_defaults(command=events_command)
    listen = commands.add_parser(
        "listen", parents=[model_folder], help="the words of a stream, as they are spoken"
    )
    add_listen_options(listen)
    listen.set_defaults(command=listen_command)
    teach = commands.add_parser(
        "teach", parents=[model_folder], help="new words from a few recordings of each"
    )
    add_teach_options(teach)
    teach.set_defaults(command=teach_command)
    evaluate_teaching = commands.add_parser(
        "evaluate-teaching", parents=[model_folder], help="measure words taught from a few takes"
    )
    add_evaluate_teaching_options(evaluate_teaching)
    evaluate_teaching.set_defaults(command=evaluate_teaching_command)
    models = commands.add_parser("models", parents=[model_folder], help="the models there are")
    models.set_defaults(command=_models)
    train = commands.add_parser("train", help="train a model on recordings of the words")
    add_training_options(train)
    train.set_defaults(command=train_command)
    evaluate = commands.add_parser(
        "evaluate", parents=[model_folder], help="measure a model on Parquet files of recordings"
    )
    add_evaluate_options(evaluate)
    evaluate.set_defaults(command=evaluate_command)
    evaluate_stream = commands.add_parser(
        "evaluate-stream", parents=[model_folder], help="measure listening: misses, false alarms"
    )
    add_evaluate_stream_options(evaluate_stream)
    evaluate_stream.set_defaults(command=evaluate_stream_command)
    describe_data = commands.add_parser(
        "describe-data", help="figures of the data, for the app to show without them"
    )
    add_describe_data_options(describe_data)
    describe_data.set_defaults(command=describe_data_command)
    export = commands.add_parser(
        "export", parents=[model_folder], help="a model as ONNX, front end included"
    )
    add_export_options(export)
    export.set_defaults(command=export_command)
    results = commands.add_parser("results", help="print all results as Markdown tables")
    add_results_options(results)
    results.set_defaults(command=results_command)
    return parser
