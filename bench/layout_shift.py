"""How far pages jump while they load: the browser's own cumulative layout shift (CLS).

    python -m bench.layout_shift                each page at 1280 and at 390 pixels, as a table
    python -m bench.layout_shift --sources      also what moved, and by how much

A page is opened in a new Chromium window, as from a link, and watched for some seconds after its
script has run. Below 0.1 is good, above 0.25 is poor (https://web.dev/articles/cls). The server has
shown every page once before.
"""

from __future__ import annotations

import contextlib
import statistics
from typing import TYPE_CHECKING, TypedDict

from bench.app import PAGES, chromium, command_line, in_words, machine, served, settle
from tests.helpers.browser import WAIT_MS, reason_to_skip

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WIDTHS = (1280, 390)
HEIGHT = 900
CALM_MS = 3000  # after the script has run, until what browsers draw later is there too
_WATCH = """
window.shifts = [];
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue;
    const moved = entry.sources.map(({node, previousRect: from, currentRect: to}) => {
      const element = node?.nodeType === 1 ? node : node?.parentElement;
      const keyed = element?.closest('[class*="st-key-"]');
      const name = [element?.dataset?.testid ?? element?.tagName, keyed?.className.match(
        /st-key-[^ ]+/)?.[0], element?.textContent?.trim().slice(0, 30)].filter(Boolean).join(' ');
      const at = ({x, y, width, height}) => [x, y, width, height].map(Math.round).join(',');
      return `${name}: ${at(from)} -> ${at(to)}`;
    });
    window.shifts.push({at: entry.startTime, value: entry.value, moved});
  }
}).observe({type: 'layout-shift', buffered: true});
"""


class Shift(TypedDict):
    """One jump of a page: when (ms), its share of CLS, and what moved."""

    at: float
    value: float
    moved: list[str]


def shifts(browser: Browser, url: str, path: str, width: int) -> list[Shift]:
    """Open a page in a new window and return its layout shifts."""
    page = browser.new_page(viewport={"width": width, "height": HEIGHT})
    page.set_default_timeout(WAIT_MS)
    page.add_init_script(_WATCH)
    page.goto(url + path)
    page.locator("h1").wait_for()
    settle(page)
    page.wait_for_timeout(CALM_MS)
    found: list[Shift] = page.evaluate("shifts")
    page.close()
    return found


def measure(browser: Browser, url: str, runs: int, pages: list[str], why: bool) -> None:
    """Print the medians as a Markdown table; with `why`, all jumps of the last run as well."""
    for name in pages:  # a server that has seen each page once
        shifts(browser, url, PAGES[name], WIDTHS[0])
    print("| page | " + " | ".join(f"{width} px" for width in WIDTHS) + " |")
    print("|---|" + "---|" * len(WIDTHS))
    for name in pages:
        cells, causes = [], []
        for width in WIDTHS:
            found = [shifts(browser, url, PAGES[name], width) for _ in range(runs)]
            sums = [sum(shift["value"] for shift in one) for one in found]
            cells.append(f"{statistics.median(sums):.3f} (most {max(sums):.3f})")
            causes += [(width, shift) for shift in found[-1]]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
        for width, shift in causes if why else ():
            print(f"    {width} px, {shift['at']:.0f} ms: {shift['value']:.4f}")
            print("".join(f"        {one!r}\n" for one in shift["moved"]), end="", flush=True)


def main() -> None:
    """Command line."""
    parser = command_line("layout_shift", __doc__)
    parser.add_argument("--page", choices=sorted(PAGES), help="only this one")
    parser.add_argument("--runs", type=int, default=5, help="of each (default: %(default)s)")
    parser.add_argument("--url", help="of a server that runs (default: one is started)")
    parser.add_argument("--sources", action="store_true", help="print what moved in the last run")
    options = parser.parse_args()
    if reason := reason_to_skip():
        parser.error(reason)
    print(in_words(machine()), end="\n\n")
    pages = [options.page] if options.page else list(PAGES)
    with contextlib.ExitStack() as cleanup:
        url = options.url or cleanup.enter_context(served()).url
        browser = cleanup.enter_context(chromium())
        measure(browser, url, options.runs, pages, options.sources)


if __name__ == "__main__":
    main()
