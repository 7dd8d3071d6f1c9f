"""The command ``teach``, and the option with which other commands use what was taught."""

from __future__ import annotations

import argparse
from pathlib import Path

from kws_core.audio.formats import SUFFIXES
from kws_core.audio.read import read_audio
from kws_core.cli.numbers import count, positive
from kws_core.cli.options import Commands, add_data, add_model
from kws_core.errors import AudioError, DataError, TeachingError
from kws_core.results.teaching_store import save_teaching_figures
from kws_core.spotting.recognizer import Recognizer
from kws_core.teaching.report import WordReport
from kws_core.teaching.takes import ADVICE, Take, make_take, problems_of
from kws_core.teaching.taught import teach_takes


def add_taught(parser: argparse.ArgumentParser) -> None:
    """Add the option for words that were taught to a command that recognises."""
    parser.add_argument(
        "--taught", type=Path, metavar="FILE", help="words that were taught, as teach saves them"
    )


def chosen_recognizer(options: argparse.Namespace) -> Recognizer:
    """Return the recogniser of the options ``--model`` or ``--taught``; raises KwsError."""
    if options.taught is not None:
        return Recognizer.load_taught(options.taught, options.model_folder)
    return Recognizer.load(options.model, options.model_folder)


def add_teach(commands: Commands) -> None:
    """Add the command ``teach``."""
    teach = commands.add("teach", "new words from a few recordings of each", teach_command)
    teach.add_argument(
        "folder", type=Path, metavar="FOLDER", help="with a folder of recordings for each word"
    )
    teach.add_argument("--out", type=Path, required=True, help="file to write, such as mine.kws")
    add_model(teach)
    teach.add_argument(
        "--only", action="store_true", help="these words instead of those the model knows"
    )


def teach_command(options: argparse.Namespace) -> int:
    """Learn the words of a folder, print what to expect of them, and save them; returns 0.

    Raises KwsError if there is nothing to learn from, or the file can't be written.
    """
    words = _takes_in(options.folder)
    recognizer = Recognizer.load(options.model, options.model_folder)
    taught = teach_takes(recognizer, words, only=options.only)
    taught.save(options.out)
    for report in taught.report:
        print(f"{report.word}: {described(report)}")
    print(f"Saved as {options.out}")
    return 0


def add_evaluate_teaching(commands: Commands) -> None:
    """Add the command ``evaluate-teaching``."""
    about = "measure words taught from a few takes"
    evaluate = commands.add("evaluate-teaching", about, evaluate_teaching_command)
    add_model(evaluate)
    add_data(evaluate)
    evaluate.add_argument(
        "--draws", type=count, default=20, help="of takes and people (default: %(default)s)"
    )
    evaluate.add_argument(
        "--hours", type=positive, default=2.0, help="of fluent English (default: %(default)s)"
    )
    evaluate.add_argument(
        "--takes", type=count, default=18, help="of each person and word (default: %(default)s)"
    )


def evaluate_teaching_command(options: argparse.Namespace) -> int:
    """Measure teaching and save the figures; returns 0.

    Raises KwsError if the model or the data can't be used, or the figures can't be written.
    """
    from kws_core.evaluation.evaluate_teaching import evaluate_teaching
    from kws_core.evaluation.teaching_set import TeachingSettings

    recognizer = Recognizer.load(options.model, options.model_folder)
    settings = TeachingSettings(options.draws, options.takes, options.hours)
    figures = evaluate_teaching(recognizer, options.data, settings)
    try:
        path = save_teaching_figures(options.out, figures)
    except OSError as error:
        raise DataError(f"The figures can't be written: {error}.") from error
    for one in figures["figures"]:
        found = {name: one[name]["mean"] for name in one if "found" in name or "named" in name}
        shares = ", ".join(f"{name} {share:.1%}" for name, share in found.items())
        print(f"{one['takes']} takes by {one['people']}: {shares}")
    print(f"All figures in {path}")
    return 0


def described(report: WordReport) -> str:
    """Return what is known of a word, on one line."""
    takes = f"{report.takes} take{'' if report.takes == 1 else 's'}"
    if report.repeated:
        takes += f" ({report.repeated} more were the same recording)"
    found = f", {report.found} of them found when left out" if len(report.left_out) else ""
    alarms = report.false_alarms
    return (
        f"{takes}{found}; {alarms.per_hour:.1f} false alarms per hour of other speech "
        f"({alarms.low:.1f} to {alarms.high:.1f}); sounds most like {report.nearest!r}"
    )


def _takes_in(folder: Path) -> dict[str, list[Take]]:
    if not folder.is_dir():
        raise TeachingError(f"{folder} is no folder: give one with a folder for each word.")
    words: dict[str, list[Take]] = {}
    for of_word in sorted(path for path in folder.iterdir() if path.is_dir()):
        files = sorted(path for path in of_word.iterdir() if path.suffix.lower() in SUFFIXES)
        if files:
            words[of_word.name] = [_take(path) for path in files]
            for path, take in zip(files, words[of_word.name], strict=True):
                others = [other for other in words[of_word.name] if other is not take]
                for problem in problems_of(take, others):
                    print(f"{path}: {ADVICE[problem]}")
    if not words:
        raise TeachingError(
            f"There are no recordings in {folder}: put those of each word into a folder of its "
            "name, such as lights/1.wav."
        )
    return words


def _take(path: Path) -> Take:
    try:
        clip = read_audio(path)
        return make_take(clip.samples, clip.sample_rate)
    except (AudioError, TeachingError) as error:
        raise TeachingError(f"{path}: {error}") from error
