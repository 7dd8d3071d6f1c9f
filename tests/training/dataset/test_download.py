"""Fetching Speech Commands, from a server of the tests that breaks off when told to."""

from __future__ import annotations

import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from kws_core.errors import DataError
from kws_core.training.dataset import download as fetching
from kws_core.training.dataset.download import download, fetch
from kws_core.training.dataset.speech_commands import FOLDER, official_splits
from tests.helpers.speech_commands_folder import write_speech_commands


class Server(HTTPServer):
    """Serves one file; says what it was asked for."""

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = content
        self.breaks_after: int | None = None
        self.knows_ranges = True
        self.asked: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/speech_commands_v0.02.tar.gz"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.asked.append(asked)
        content, start = self.server.content, 0
        if asked and self.server.knows_ranges:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
        if start >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        end = self.server.breaks_after
        self.wfile.write(content[start:] if end is None else content[start:end])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small data set, packed as the real one."""
    folder = write_speech_commands(tmp_path_factory.mktemp("packed"))
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        tar.add(folder, arcname=".")
    return out.getvalue()


@pytest.fixture
def server(archive: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server(archive)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setattr(fetching, "URL", server.url)
    monkeypatch.setattr(fetching, "SHA256", hashlib.sha256(archive).hexdigest())
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_checksum_is_the_one_that_torchaudio_knows() -> None:
    from kws_core.features.torch_audio import torchaudio

    assert torchaudio.datasets.speechcommands._CHECKSUMS[fetching.URL] == fetching.SHA256


class TestFetching:
    def fetch(self, server: Server, path: Path) -> bytes:
        fetch(server.url, path, hashlib.sha256(server.content).hexdigest())
        return path.read_bytes()

    def test_gives_the_file_and_leaves_nothing_else(self, server, tmp_path) -> None:
        assert self.fetch(server, tmp_path / "a.tar.gz") == server.content
        assert [path.name for path in tmp_path.iterdir()] == ["a.tar.gz"]
        assert server.asked == [None]

    def test_goes_on_where_it_broke_off(self, server, tmp_path) -> None:
        server.breaks_after = 5000
        with pytest.raises(ConnectionError, match="after 5000 bytes"):
            self.fetch(server, tmp_path / "a.tar.gz")
        assert not (tmp_path / "a.tar.gz").exists()
        server.breaks_after = None
        assert self.fetch(server, tmp_path / "a.tar.gz") == server.content
        assert server.asked == [None, "bytes=5000-"]

    def test_starts_again_where_the_server_cannot_go_on(self, server, tmp_path) -> None:
        (tmp_path / "a.tar.gz.partial").write_bytes(server.content[:700])
        server.knows_ranges = False
        assert self.fetch(server, tmp_path / "a.tar.gz") == server.content

    def test_takes_what_was_whole_already(self, server, tmp_path) -> None:
        (tmp_path / "a.tar.gz.partial").write_bytes(server.content)
        assert self.fetch(server, tmp_path / "a.tar.gz") == server.content

    def test_throws_away_what_has_another_checksum(self, server, tmp_path) -> None:
        with pytest.raises(DataError, match="not the file that was asked for"):
            fetch(server.url, tmp_path / "a.tar.gz", "0" * 64)
        assert list(tmp_path.iterdir()) == []


class TestDownload:
    def test_unpacks_a_data_set_whose_splits_can_be_read(self, server, tmp_path) -> None:
        folder = download(tmp_path)
        assert folder == tmp_path / FOLDER
        assert {name: len(paths) for name, paths in official_splits(folder).items()} == {
            "train": 6, "val": 3, "test": 3,
        }  # fmt: skip
        assert [path.name for path in tmp_path.iterdir()] == [FOLDER.parent.name]

    def test_of_what_is_there_already_asks_nobody(self, server, tmp_path) -> None:
        first = download(tmp_path)
        assert download(tmp_path) == download(first) == first
        assert len(server.asked) == 1

    def test_that_breaks_off_says_so_and_goes_on_the_next_time(self, server, tmp_path) -> None:
        server.breaks_after = 3000
        with pytest.raises(DataError, match=r"after 3000 bytes.*goes on from here"):
            download(tmp_path)
        server.breaks_after = None
        assert len(official_splits(download(tmp_path))["train"]) == 6
        assert server.asked == [None, "bytes=3000-"]

    def test_without_a_connection_is_said_plainly(self, tmp_path, monkeypatch) -> None:
        monkeypatch.setattr(fetching, "URL", "http://127.0.0.1:9/speech_commands_v0.02.tar.gz")
        with pytest.raises(DataError, match="Check the connection"):
            download(tmp_path)

    def test_that_was_stopped_while_unpacking_is_unpacked_again(
        self, server, tmp_path, monkeypatch
    ) -> None:
        from kws_core.features.torch_audio import torchaudio

        def stopped(root: str, **_: object) -> None:
            (Path(root) / FOLDER / "yes").mkdir(parents=True)
            raise KeyboardInterrupt

        with monkeypatch.context() as once:
            once.setattr(torchaudio.datasets, "SPEECHCOMMANDS", stopped)
            with pytest.raises(KeyboardInterrupt):
                download(tmp_path)
        assert not (tmp_path / FOLDER).exists()
        assert len(official_splits(download(tmp_path))["train"]) == 6
        assert len(server.asked) == 1
