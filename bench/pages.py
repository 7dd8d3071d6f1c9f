"""How long the server takes to redraw a page after one control was changed.

    python -m bench.pages           clips of 1 s and 60 s, as a Markdown table
    python -m bench.pages --runs 20

The page runs as in the tests, in this process and without a browser: the time is that of the
page's script with all that it computes and sends. Run it on a machine that does nothing else; the
processor's time is given too, which depends less on the load.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.app import APP, command_line, in_words, machine
from kws_core.audio.clip import Clip
from kws_core.audio.read import read_audio
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.samples import get_sample
from kws_core.ui.clip.current_clip import ChosenClip

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

TIMEOUT_S = 600
LIMITS_MS = {1: 300, 60: 1000}  # by the length of the clip in seconds

Change = Callable[["AppTest", Any], Any]  # returns what then can be run


@dataclass(frozen=True)
class Control:
    """A control of a page: how it is changed, and the values that it gets by turns."""

    what: str
    change: Change
    values: Sequence[Any]
    setup: str = ""  # the page's address before, without the question mark


def put(widget: str, key: str) -> Change:
    """Return how a control that has a value is changed."""
    return lambda page, value: getattr(page, widget)(key=key).set_value(value)


def button(key: str) -> Change:
    """Return how a button is pressed, whatever the value."""
    return lambda page, _: page.button(key=key).click()


EXPLORE = (
    Control("preset", put("pills", "explore_preset"), ("librosa", "speech", "music", "model")),
    Control("n_fft", put("selectbox", "n_fft"), (1024, 2048, 4096, 512)),
    Control("hop_length", put("number_input", "hop_length"), (80, 240, 128, 160)),
    Control("dB range", put("number_input", "db_range"), (60.0, 100.0, 80.0)),
    Control("colour map", put("selectbox", "color_map"), ("magma", "gray", "viridis")),
    Control("Hz axis", put("selectbox", "frequency_axis"), ("log", "linear")),
    Control("n_mels, log-mel shown", put("number_input", "n_mels"), (64, 32, 40), "views=log-mel"),
    Control("n_mfcc, MFCC shown", put("number_input", "n_mfcc"), (20, 30, 13), "views=mfcc"),
    Control(
        "hop_length, six views shown",
        put("number_input", "hop_length"),
        (240, 128, 160),
        "views=spectrogram,log-mel,mfcc,chroma,rms,centroid",
    ),
    Control(
        "dB range, slow views shown",
        put("number_input", "db_range"),
        (60.0, 80.0),
        "views=pitch,harmonic-percussive,libraries",
    ),
    Control("FFT's sample rate", put("selectbox", "fft_rate"), (8000, 48000, 16000), "views=fft"),
)
NEW_DRAW = button("augment_new_draw")
MASKS, WIDTHS = put("slider", "augment_time_mask_None"), (12, 20, 6, 16)
AUGMENT = (
    Control("new draw", NEW_DRAW, ((),)),
    Control("T", MASKS, WIDTHS),
    Control(
        "fill", put("segmented_control", "augment_fill_None"), ("zero", "noise", "minimum", "mean")
    ),
    Control("T, sweep of a knob", MASKS, WIDTHS, "section=knob"),
    Control("new draw, all policies", NEW_DRAW, ((),), "section=policies"),
    Control(
        "SNR of the noise",
        put("slider", "augment_None_noise_snr_db"),
        (0.0, 20.0, 5.0),
        "view=sound",
    ),
    Control("new draw, three recipes", NEW_DRAW, ((),), "view=compare"),
    Control("T, three recipes", put("slider", "augment_time_mask_0"), WIDTHS, "view=compare"),
)
PAGES = {"pages/2_Explore.py": EXPLORE, "pages/3_Augment.py": AUGMENT}


def clip_of(seconds: int) -> ChosenClip:
    """Return speech of a length, as if it had been recorded."""
    speech = read_audio(get_sample("several_words").path).samples
    samples = np.resize(speech, seconds * SAMPLE_RATE)
    return ChosenClip("Speech", "record", Clip(samples, SAMPLE_RATE, 1), 0.0, f"{seconds} s")


def opened(script: str, seconds: int, address: str) -> AppTest:
    """Open a page with a clip of a length."""
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_file(str(APP), default_timeout=TIMEOUT_S).switch_page(script)
    page.session_state["clip_source"] = "record"
    page.session_state["clip_record_kept"] = clip_of(seconds)
    for part in filter(None, address.split("&")):
        name, _, value = part.partition("=")
        page.query_params[name] = value
    return page.run()


def times(script: str, control: Control, seconds: int, runs: int) -> Iterator[tuple[float, float]]:
    """Change a control again and again; wall and processor time of each redraw in ms."""
    page = opened(script, seconds, control.setup)
    values = cycle(control.values)
    for run in range(runs + 1):
        changed = control.change(page, next(values))
        wall, processor = time.perf_counter(), time.process_time()
        changed.run()
        took = 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - processor)
        if page.exception or page.error:
            raise RuntimeError(f"{control.what} fails: {page.exception or page.error}")
        if run:  # the first one imports what it needs
            yield took


def main() -> None:
    """Command line."""
    parser = command_line("pages", __doc__)
    parser.add_argument("--page", choices=sorted(PAGES), help="only this one")
    parser.add_argument("--runs", type=int, default=12, help="of each (default: %(default)s)")
    options = parser.parse_args()
    print(in_words(machine()), end="\n\n")
    print("| page | control | clip | median | slowest | processor, median | limit |")
    print("|---|---|---|---|---|---|---|")
    pages = PAGES if options.page is None else {options.page: PAGES[options.page]}
    for script, controls in pages.items():
        for seconds, limit in LIMITS_MS.items():
            for control in controls:
                took = np.array(list(times(script, control, seconds, options.runs)))
                wall, processor = np.median(took, axis=0)
                print(
                    f"| {script.partition('_')[2].removesuffix('.py')} | {control.what} | "
                    f"{seconds} s | {wall:.0f} ms | {took[:, 0].max():.0f} ms | "
                    f"{processor:.0f} ms | {limit} ms |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
