"""Serve the app and reload it when a source changes, without watching anything else.

    python -m tools.dev [OPTIONS OF streamlit run]      (make dev)

Streamlit's watcher follows the whole folder of the main script, and with it every file of a
virtual environment inside: each Python that starts then keeps a core of the server busy.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def watch_sources_only() -> None:
    """Keep Streamlit's watcher out of what lies below the project's root and holds no source.

    The folders of imported modules are watched one by one, so that only the root need be kept
    from being followed downwards. Does nothing where Streamlit polls (without watchdog).
    """
    try:
        from streamlit.watcher import event_based_path_watcher as watcher
    except ImportError:
        return

    class SourcesObserver(watcher.Observer):  # type: ignore[misc, name-defined]
        """Watches a folder with all below, the project's root without."""

        def schedule(self, handler: Any, path: str, *, recursive: bool = False, **how: Any) -> Any:
            """Watch a folder."""
            below = recursive and Path(path) != ROOT
            return super().schedule(handler, path, recursive=below, **how)

    watcher.Observer = SourcesObserver  # type: ignore[attr-defined]


def main() -> None:
    """Run Streamlit with what the command line says."""
    from streamlit.web import cli

    os.chdir(ROOT)  # the configuration is found from here
    watch_sources_only()
    options = ["--server.fileWatcherType", "auto", "--server.runOnSave", "true", *sys.argv[1:]]
    cli.main(["run", str(ROOT / "streamlit_app.py"), *options])


if __name__ == "__main__":
    main()
