"""How a command is added to the command line, and the options that several commands have."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from kws_core.models.store import MODEL_FOLDER
from kws_core.results.store import RESULTS_FOLDER
from kws_core.spotting.recognizer import DEFAULT_MODEL


class Commands:
    """The commands of a parser."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        self, name: str, about: str, run: Callable[[argparse.Namespace], int]
    ) -> argparse.ArgumentParser:
        """Add a command and return its parser; run: takes the options, returns the exit code."""
        parser = self._commands.add_parser(name, help=about)
        parser.set_defaults(command=run)
        return parser


def add_model_folder(parser: argparse.ArgumentParser) -> None:
    """Add where the models are."""
    parser.add_argument(
        "--model-folder", type=Path, default=MODEL_FOLDER, help="where the models are"
    )


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add which model, and where the models are."""
    parser.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        help="its name, or FIRST+SECOND: the first asks the second where it may hear a word "
        "(default: %(default)s)",
    )
    add_model_folder(parser)


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add where the data are, and where the figures go."""
    parser.add_argument("--data", type=Path, required=True, help="folder of the Parquet files")
    parser.add_argument(
        "--out",
        type=Path,
        default=RESULTS_FOLDER,
        help="folder for the figures (default: where the app shows them from)",
    )
