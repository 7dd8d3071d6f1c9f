"""Settings of the detector as options of commands."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from kws_core.cli.numbers import rate
from kws_core.spotting import DetectorSettings

_OPTIONS: dict[str, tuple[Callable[[str], float], str]] = {
    "threshold": (rate, "least smoothed score of a word, 0 to 1"),
    "smoothing": (float, "seconds over which scores are averaged"),
    "hop": (float, "seconds from one window to the next, a multiple of 0.01"),
    "hysteresis": (float, "how far a word's score must fall below its threshold to count again"),
    "refractory": (float, "seconds after a word in which nothing is heard"),
}


def add_detector_options(parser: argparse.ArgumentParser) -> None:
    """Add the settings of the detector."""
    default = DetectorSettings()
    for name, (kind, what) in _OPTIONS.items():
        text = f"{what} (default: %(default)s)"
        parser.add_argument(f"--{name}", type=kind, default=getattr(default, name), help=text)
    add_inside_sentences(parser)


def add_inside_sentences(parser: argparse.ArgumentParser) -> None:
    """Add the option that takes words inside sentences for commands too."""
    parser.add_argument(
        "--inside-sentences",
        action="store_true",
        help="hear words inside sentences too, not only commands on their own",
    )


def detector_settings(options: argparse.Namespace) -> DetectorSettings:
    """Return the settings given by `add_detector_options`; raises SettingsError."""
    given = {name: getattr(options, name) for name in _OPTIONS}
    return DetectorSettings(**given, alone=not options.inside_sentences)
