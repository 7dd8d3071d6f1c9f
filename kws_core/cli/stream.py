"""The command ``evaluate-stream``."""

from __future__ import annotations

import argparse
from dataclasses import replace

from kws_core.cli.detector import add_detector_options, detector_settings
from kws_core.cli.numbers import positive
from kws_core.cli.options import Commands, add_data, add_model
from kws_core.errors import DataError
from kws_core.results.store import SPLITS
from kws_core.results.stream_store import save_stream_figures


def add_evaluate_stream(commands: Commands) -> None:
    """Add the command ``evaluate-stream``."""
    about = "measure listening: misses, false alarms"
    evaluate = commands.add("evaluate-stream", about, evaluate_stream_command)
    add_model(evaluate)
    add_data(evaluate)
    evaluate.add_argument("--split", choices=SPLITS, default="val")
    evaluate.add_argument(
        "--minutes", type=positive, help="of words over each noise, heard at five ratios"
    )
    evaluate.add_argument("--minutes-without", type=positive, help="without any of the words")
    evaluate.add_argument("--seed", type=int, help="of all that is drawn")
    add_detector_options(evaluate)


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
    settings, detector = replace(StreamSetSettings(), **given), detector_settings(options)
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
