"""What the server watches: nothing as visitors meet it, the sources while somebody develops."""

import tomllib
from pathlib import Path

import pytest
from streamlit.watcher import event_based_path_watcher as watcher

from tests.helpers.app import ROOT
from tools import dev


def test_a_server_watches_no_files_unless_it_is_told_to() -> None:
    settings = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    assert settings["server"]["fileWatcherType"] == "none"


def test_the_root_is_watched_without_its_subfolders_and_sources_with_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pages").mkdir()
    monkeypatch.setattr(watcher, "Observer", watcher.Observer)  # put back after the test
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    dev.watch_sources_only()
    events = pytest.importorskip("watchdog.events", reason="Streamlit polls without watchdog")
    observer, handler = watcher.Observer(), events.FileSystemEventHandler()
    root = observer.schedule(handler, str(tmp_path), recursive=True)
    pages = observer.schedule(handler, str(tmp_path / "pages"), recursive=True)
    assert (root.is_recursive, pages.is_recursive) == (False, True)
