"""The command ``export``: a model as ONNX."""

from __future__ import annotations

import argparse
from pathlib import Path

from kws_core.models import load_model
from kws_core.models.onnx_export import TOLERANCE, export_onnx
from kws_core.spotting.recognizer import DEFAULT_MODEL


def add_export_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``export`` to its parser."""
    parser.add_argument("--model", default=DEFAULT_MODEL, help="its name (default: %(default)s)")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="such as word.onnx")


def export_command(options: argparse.Namespace) -> int:
    """Export as asked; raises KwsError if that can't be done."""
    done = export_onnx(load_model(options.model, options.model_folder), options.out)
    print(
        f"{options.model} in {done.path}, {done.n_bytes / 2**20:.1f} MiB: {done.n_seconds} seconds "
        f"of sound give the model's numbers, but for {done.largest_difference:.1g} "
        f"(at most {TOLERANCE:g} is allowed)"
    )
    return 0
