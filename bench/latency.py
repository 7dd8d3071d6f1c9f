"""How long hearing a word takes on one core, and how soon the app shows it.

    python -m bench.latency                     all of it, as a Markdown table
    python -m bench.latency --no-app            without server and browser
    python -m bench.latency --json figures.json the figures as JSON as well

Run it on a machine that does nothing else: the load is printed with the figures.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.app import chromium, command_line, in_words, machine, served, settle
from bench.process_tree import usage
from kws_core.audio.read import read_audio
from kws_core.audio.waveform import SAMPLE_RATE, resample, to_wav
from kws_core.evaluation.cost import one_core
from kws_core.samples import get_sample
from kws_core.spotting.recognizer import DEFAULT_MODEL, Recognizer
from tests.helpers.audio_files import encode
from tests.helpers.browser import reason_to_skip

if TYPE_CHECKING:
    from playwright.sync_api import Page

WORD, SENTENCE = "marvin", "several_words"
WARM_UPS = 20
PAGE_CHANGES = 20
SETTLED_S = 15.0  # after its start, until a server has loaded the model
PHONE_RATE = 48_000  # Hz, of most voice recordings
RESULT = "p[role=status]"  # the answer in large type, on every page that shows one


@dataclass(frozen=True)
class Figure:
    """One measured quantity: the median and the 95th percentile of some runs, in a unit."""

    what: str
    p50: float
    p95: float
    runs: int
    unit: str = "ms"


def figure(what: str, seconds: Sequence[float]) -> Figure:
    """Put run times in seconds together as milliseconds."""
    p50, p95 = np.percentile(np.array(seconds) * 1000, [50, 95])
    return Figure(what, float(p50), float(p95), len(seconds))


def timed(what: str, call: Callable[[], object], runs: int) -> Figure:
    """Time a call after some that do not count."""
    seconds = []
    for run in range(WARM_UPS + runs):
        started = time.perf_counter()
        call()
        if run >= WARM_UPS:
            seconds.append(time.perf_counter() - started)
    return figure(what, seconds)


def measure_library(model: str, runs: int) -> list[Figure]:
    """Measure decoding, features, network and word finding on one core."""
    with one_core():
        recognizer = Recognizer.load(model)
        word = read_audio(get_sample(WORD).path).samples
        sentence = read_audio(get_sample(SENTENCE).path).samples
        wav = to_wav(word, SAMPLE_RATE)
        m4a = encode(resample(word, SAMPLE_RATE, PHONE_RATE), PHONE_RATE, "m4a")
        for _ in range(WARM_UPS):
            recognizer.classify(word, SAMPLE_RATE)
        timings = [recognizer.classify(word, SAMPLE_RATE).timing for _ in range(runs)]
        return [
            timed("decode a word, WAV 16 kHz", lambda: read_audio(wav), runs),
            timed("decode a word, M4A 48 kHz", lambda: read_audio(m4a), runs),
            figure("features of one second", [timing.features for timing in timings]),
            figure("network, one second", [timing.model for timing in timings]),
            timed("`classify`, all of it", lambda: recognizer.classify(word, SAMPLE_RATE), runs),
            timed(
                f"`find_words`, {len(sentence) / SAMPLE_RATE:g} s recording",
                lambda: recognizer.find_words(sentence, SAMPLE_RATE),
                runs,
            ),
        ]


def measure_app() -> list[Figure]:
    """Measure the app as a visitor meets it, in Chromium, with all cores."""
    with chromium() as browser:
        with served() as server:
            time.sleep(SETTLED_S)
            started, cpu = time.perf_counter(), usage(server.pid).cpu
            page = browser.new_page()
            page.goto(server.url)
            page.wait_for_selector(RESULT)
            waited, cpu = time.perf_counter() - started, usage(server.pid).cpu - cpu
            page.close()
        page = browser.new_page()
        started = time.perf_counter()
        with served() as server:
            page.goto(server.url)
            page.wait_for_selector(RESULT)
            first = time.perf_counter() - started
            settle(page)
            home = usage(server.pid).memory
            found = [
                figure("start of the server to the first result on screen", [first]),
                figure(
                    f"first visitor {SETTLED_S:g} s after the start: result on screen", [waited]
                ),
                figure("processor time of the server for it", [cpu]),
                figure("change of page", page_changes(page)),
            ]
            started = time.perf_counter()
            second = browser.new_page()
            second.goto(server.url)
            second.wait_for_selector(RESULT)
            found.append(figure("later visitor: result on screen", [time.perf_counter() - started]))
            settle(second)
            sizes = {
                "one visitor, Home": home,
                "two visitors, both pages": usage(server.pid).memory,
            }
    return found + [
        Figure(f"memory of the server (RSS), {what}", size, size, 1, "MB")
        for what, size in sizes.items()
    ]


def page_changes(page: Page) -> list[float]:
    """Go between Home and Recognise; seconds from the click until the page is drawn."""
    seconds = []
    for change in range(PAGE_CHANGES + 2):  # the first of each loads what it needs
        link, heading = (
            ("Recognise", "Recognise") if change % 2 == 0 else ("Home", "Keyword spotting")
        )
        started = time.perf_counter()
        page.get_by_test_id("stSidebar").get_by_role("link", name=link).click()
        page.locator("h1", has_text=heading).wait_for()
        settle(page)
        if change >= 2:
            seconds.append(time.perf_counter() - started)
    return seconds


def as_markdown(about: dict[str, str], figures: Sequence[Figure], notes: Sequence[str]) -> str:
    """Return the report: the machine, a table, and notes."""
    lines = [
        in_words(about),
        "",
        "| what | median | 95 % of runs within | runs |",
        "|---|---|---|---|",
    ]
    for f in figures:
        p95 = _quantity(f.p95, f.unit) if f.runs > 1 else ""
        lines.append(f"| {f.what} | {_quantity(f.p50, f.unit)} | {p95} | {f.runs} |")
    return "\n".join([*lines, *(f"\n{note}" for note in notes)])


def _quantity(value: float, unit: str) -> str:
    if unit == "ms" and value >= 1000:
        return f"{value / 1000:.1f} s"
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"


def main() -> None:
    """Command line."""
    parser = command_line("latency", __doc__)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--runs", type=int, default=200, help="of each (default: %(default)s)")
    parser.add_argument("--no-app", action="store_true", help="leave server and browser out")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there too")
    options = parser.parse_args()
    about = machine() | {"model": options.model}
    figures = measure_library(options.model, options.runs)
    notes = ["Library: one core, one thread. App: all cores, browser on the same machine."]
    reason = "--no-app was given" if options.no_app else reason_to_skip()
    if reason is None:
        figures += measure_app()
    else:
        notes.append(f"The app was not measured: {reason}.")
    print(as_markdown(about, figures, notes))
    if options.json:
        report: dict[str, Any] = {"about": about, "notes": notes}
        report["figures"] = [asdict(f) for f in figures]
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
