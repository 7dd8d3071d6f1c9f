"""The commands ``evaluate``, ``describe-data`` and ``results``."""

from __future__ import annotations

import argparse
from pathlib import Path

from kws_core.cli.options import Commands, add_data, add_model
from kws_core.errors import DataError
from kws_core.results.store import RESULTS_FOLDER, SPLITS, save_results
from kws_core.results.table import results_markdown

RESULTS_PAGE = Path("docs/results.md")  # in the folder of the project


def add_evaluate(commands: Commands) -> None:
    """Add the command ``evaluate``."""
    about = "measure a model on Parquet files of recordings"
    evaluate = commands.add("evaluate", about, evaluate_command)
    add_model(evaluate)
    add_data(evaluate)
    evaluate.add_argument("--split", choices=SPLITS, default="val")
    evaluate.add_argument(
        "--quick", action="store_true", help="fewer clips in noise, no map of words"
    )
    evaluate.add_argument(
        "--sentences",
        type=Path,
        metavar="FOLDER",
        help="of sound files: other people saying something else, to count false words in",
    )


def evaluate_command(options: argparse.Namespace) -> int:
    """Measure a model on clips and save the figures; returns 0.

    Raises KwsError if model or data can't be used, or the figures can't be written.
    """
    # Imported here, since recognising words needs neither pyarrow nor tqdm.
    from kws_core.evaluation.evaluate import QUICK, EvaluationSettings, evaluate

    settings = QUICK if options.quick else EvaluationSettings()
    try:
        options.out.mkdir(parents=True, exist_ok=True)  # first: all else takes minutes
        done = evaluate(
            options.model,
            options.data,
            options.split,
            options.model_folder,
            settings,
            options.sentences,
        )
        path = save_results(options.out, done.figures, done.scores, done.word_map)
    except OSError as error:
        raise DataError(f"Evaluation stopped: {error}") from error
    share = done.figures["accuracy"]
    print(
        f"{options.model} on {options.split}: {share['value']:.2%} of {share['n']} clips "
        f"({share['low']:.2%} to {share['high']:.2%}), mean over words "
        f"{done.figures['mean_over_words']:.2%}; all figures in {path}"
    )
    return 0


def add_describe_data(commands: Commands) -> None:
    """Add the command ``describe-data``."""
    about = "figures of the data, for the app to show without them"
    parser = commands.add("describe-data", about, describe_data_command)
    add_data(parser)
    parser.add_argument("--cache", type=Path, help="folder for decoded data")


def describe_data_command(options: argparse.Namespace) -> int:
    """Describe the data folder and save the figures; returns 0.

    Raises KwsError if data are missing or damaged, or the figures can't be written.
    """
    from kws_core.evaluation.describe_data import describe_data
    from kws_core.results.data_summary import save_data_summary
    from kws_core.training.dataset.cache import default_cache

    summary = describe_data(options.data, options.cache or default_cache())
    try:
        path = save_data_summary(options.out, summary)
    except OSError as error:
        raise DataError(f"The figures can't be written: {error}") from error
    clips = sum(split["recordings"] + split["pictures"] for split in summary.figures["splits"])
    print(f"{clips} clips described in {path}")
    return 0


def add_results(commands: Commands) -> None:
    """Add the command ``results``."""
    results = commands.add("results", "print all results as Markdown tables", results_command)
    results.add_argument("--folder", type=Path, default=RESULTS_FOLDER, help="of the JSON files")
    results.add_argument(
        "--markdown",
        type=Path,
        nargs="?",
        const=RESULTS_PAGE,
        metavar="FILE",
        help=f"write them to a file instead, by default {RESULTS_PAGE}",
    )


def results_command(options: argparse.Namespace) -> int:
    """Print the stored results as Markdown, or write them to a file; returns 0.

    Raises DataError if there are none.
    """
    document = results_markdown(options.folder)
    if not document:
        raise DataError(f"There are no results in {options.folder}: make some with evaluate.")
    if options.markdown is None:
        print(document, end="")
    else:
        options.markdown.parent.mkdir(parents=True, exist_ok=True)
        options.markdown.write_text(document, encoding="utf-8")
        print(f"Written: {options.markdown}")
    return 0
