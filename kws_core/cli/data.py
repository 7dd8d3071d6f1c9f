"""The command ``describe-data``: figures of the data folder, for where the data are not."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kws_core.results.store import RESULTS_FOLDER


def add_describe_data_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``describe-data`` to its parser."""
    parser.add_argument("--data", type=Path, required=True, help="folder of the Parquet files")
    parser.add_argument("--out", type=Path, default=RESULTS_FOLDER, help="folder for the figures")
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
