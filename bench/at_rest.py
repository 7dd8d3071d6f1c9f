"""What the server takes while nobody does anything: CPU, and what visitors leave behind.

    python -m bench.at_rest                             five minutes a page, 50 visitors
    python -m bench.at_rest --seconds 60 --visitors 20  shorter

CPU time of the server and of all processes that it started is counted, so that other work on the
machine hardly matters. A visitor is a real Chromium with a page open, untouched. Linux only.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.app import PAGES, chromium, command_line, in_words, machine, served, visit
from bench.process_tree import usage
from tests.helpers.browser import AppServer, reason_to_skip

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CALM_S = 20  # after a page is drawn, until the server has loaded what it loads in advance
FORGET_S = 180  # Streamlit keeps the session of a closed tab for two minutes


def busy(server: AppServer, seconds: float) -> float:
    """Return the share of one core that the server takes over some seconds."""
    before, started = usage(server.pid).cpu, time.monotonic()
    time.sleep(seconds)
    return (usage(server.pid).cpu - before) / (time.monotonic() - started)


def idle_visitor(browser: Browser, server: AppServer, path: str, seconds: float) -> float:
    """Open a page, touch nothing, and return the share of one core that the server takes."""
    page = visit(browser, server.url + path)
    time.sleep(CALM_S)
    share = busy(server, seconds)
    page.close()
    return share


def come_and_go(browser: Browser, server: AppServer, visitors: int) -> None:
    """Let visitors open a page each, one after the other, and close it when it is drawn."""
    for i in range(visitors):
        visit(browser, server.url + list(PAGES.values())[i % len(PAGES)]).close()


def state(server: AppServer) -> str:
    """Return memory, threads and processes of the server as cells of a table."""
    now = usage(server.pid)
    return f"{now.memory:.0f} MB | {now.threads} | {now.processes}"


def measure(browser: Browser, server: AppServer, seconds: float, visitors: int) -> None:
    """Print the figures as Markdown tables."""
    come_and_go(browser, server, len(PAGES))  # a server that has seen each page once
    time.sleep(CALM_S)
    print("| server | memory | threads | processes |\n|---|---|---|---|")
    print(f"| each page seen once | {state(server)} |")
    come_and_go(browser, server, visitors)
    print(f"| {visitors} visitors have just left | {state(server)} |", flush=True)
    time.sleep(FORGET_S)
    print(f"| {FORGET_S / 60:g} minutes later | {state(server)} |")
    print(f"\n| visitor, {seconds:g} s each | of a core |\n|---|---|")
    print(f"| none | {busy(server, seconds):.2%} |", flush=True)
    for name, path in PAGES.items():
        print(f"| {name} | {idle_visitor(browser, server, path, seconds):.2%} |", flush=True)


def main() -> None:
    """Command line."""
    parser = command_line("at_rest", __doc__)
    parser.add_argument("--seconds", type=float, default=300.0, help="of each page")
    parser.add_argument("--visitors", type=int, default=50, help="who come and go")
    options = parser.parse_args()
    if reason := reason_to_skip():
        parser.error(reason)
    print(in_words(machine()), end="\n\n")
    with served() as server, chromium() as browser:
        measure(browser, server, options.seconds, options.visitors)


if __name__ == "__main__":
    main()
