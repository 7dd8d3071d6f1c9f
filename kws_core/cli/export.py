"""The command ``export``: a model as ONNX."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from kws_core.cli.options import Commands, add_model
from kws_core.models import load_model
from kws_core.models.onnx_export import TOLERANCE, export_onnx
from kws_core.models.onnx_int8 import export_int8

_SPLIT: Final = "test_a"


def add_export(commands: Commands) -> None:
    """Add the command ``export``."""
    parser = commands.add("export", "a model as ONNX, front end included", export_command)
    add_model(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="such as word.onnx")
    parser.add_argument("--int8", action="store_true", help="the network in 8 bits, for devices")
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER", help="also measure the file on the test speakers"
    )


def export_command(options: argparse.Namespace) -> int:
    """Export as asked; raises KwsError if that can't be done."""
    model = load_model(options.model, options.model_folder)
    done = (export_int8 if options.int8 else export_onnx)(model, options.out)
    allowed = "" if options.int8 else f" (at most {TOLERANCE:g} is allowed)"
    print(
        f"{options.model} in {done.path}, {done.n_bytes / 2**20:.1f} MiB: {done.n_seconds} seconds "
        f"of sound give the model's numbers, but for {done.largest_difference:.1g}{allowed}"
    )
    if options.data is not None:
        # Only now: decoding the data needs packages that exporting does without.
        from kws_core.evaluation.exported import accuracy_of_file

        share = accuracy_of_file(done.path, model, options.data, _SPLIT)
        print(
            f"{share.value:.2%} of {share.n:,} recordings of test speakers correct "
            f"(95% interval {share.low:.1%} to {share.high:.1%})"
        )
    return 0
