"""The command ``describe-data``: figures of the data folder, for where the data are not."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kws_core.cli.options import Commands, add_data


def add_describe_data(commands: Commands) -> None:
    """Add the command ``describe-data``."""
    about = "figures of the data, for the app to show without them"
    parser = commands.add("describe-data", about, describe_data_command)
    add_data(parser)
    parser.add_argument("--cache", type=Path, help="folder for decoded data")


def describe_data_command(options: argparse.Namespace) -> int:
    """Describe the data as asked; raises KwsError if some of them are missing or damaged."""
    # Only here: to recognise words, neither pyarrow nor tqdm is needed.
    from kws_core.evaluation.describe_data import describe_data
    from kws_core.results.data_summary import save_data_summary
    from kws_core.training.dataset.cache import default_cache

    summary = describe_data(options.data, options.cache or default_cache())
    try:
        path = save_data_summary(options.out, summary)
    except OSError as error:
        print(f"The figures can't be written: {error}", file=sys.stderr)
        return 1
    clips = sum(split["recordings"] + split["pictures"] for split in summary.figures["splits"])
    print(f"{clips} clips described in {path}")
    return 0
