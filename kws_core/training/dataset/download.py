"""Fetching Speech Commands (2.3 GB): with progress, its checksum, and going on where it broke off.

torchaudio's own download throws away what it has when the connection breaks; so the archive is
fetched here, and torchaudio's `SPEECHCOMMANDS` finds and unpacks it.
"""

from __future__ import annotations

import hashlib
import http.client
import shutil
import sys
import urllib.error
import urllib.request
from pathlib import Path

from tqdm import tqdm

from kws_core.errors import DataError
from kws_core.training.dataset.speech_commands import FOLDER, find_folder

URL = "http://download.tensorflow.org/data/speech_commands_v0.02.tar.gz"
SHA256 = "af14739ee7dc311471de98f5f9d2c9191b18aedfe957f4a6ff791c709868ff58"
CHUNK_BYTES = 2**20
TIMEOUT_S = 30.0


def download(root: Path) -> Path:
    """Fetch and unpack the data set into `root`, unless it is there; returns the words' folder.

    Raises DataError if it can't be had; what had come by then is kept for the next try.
    """
    found = find_folder(root)
    if found is not None:
        return found
    workplace = root / "download"
    archive = workplace / Path(URL).name
    try:
        workplace.mkdir(parents=True, exist_ok=True)
        if not archive.is_file():
            fetch(URL, archive, SHA256)
        _unpack(archive, root)
    except (OSError, http.client.HTTPException) as error:
        raise DataError(
            f"Speech Commands could not be had from {URL} ({error}). Check the connection and the "
            f"free space in {root} (6 GB), and give the same command again: it goes on from here."
        ) from error
    shutil.rmtree(workplace)
    return root / FOLDER


def fetch(url: str, path: Path, sha256: str) -> None:
    """Fetch a file; one that was broken off goes on from ``path.partial`` if the server can.

    Raises OSError if it can't be reached or ends early, DataError if the checksum is another.
    """
    partial = path.with_name(path.name + ".partial")
    start = partial.stat().st_size if partial.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
            _receive(response, partial, start)
    except urllib.error.HTTPError as error:
        # 416: nothing lies behind what is there already; the checksum tells whether it is whole.
        if error.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise
    with partial.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != sha256:
        partial.unlink()
        raise DataError(
            f"What came from {url} is not the file that was asked for: its checksum is {digest}, "
            f"not {sha256}. It was thrown away; try again, perhaps from another network."
        )
    partial.replace(path)


def _receive(response: http.client.HTTPResponse, partial: Path, start: int) -> None:
    goes_on = response.status == http.HTTPStatus.PARTIAL_CONTENT
    start = start if goes_on else 0  # a server that can't go on sends all of it again
    length = response.headers.get("Content-Length")
    total = start + int(length) if length else None
    with (
        partial.open("ab" if goes_on else "wb") as file,
        tqdm(total=total, initial=start, unit="B", unit_scale=True, desc=partial.stem) as bar,
    ):
        while chunk := response.read(CHUNK_BYTES):
            file.write(chunk)
            bar.update(len(chunk))
    if total is not None and partial.stat().st_size < total:
        raise ConnectionError(f"the connection ended after {partial.stat().st_size} bytes")


def _unpack(archive: Path, root: Path) -> None:
    """Unpack beside, then move: a folder that is there is whole."""
    from kws_core.features.torch_audio import torchaudio

    beside = archive.parent / FOLDER.parent
    shutil.rmtree(beside, ignore_errors=True)  # of a run that was stopped while it unpacked
    print("Unpacking, which takes a few minutes ...", file=sys.stderr)
    torchaudio.datasets.SPEECHCOMMANDS(str(archive.parent), url=URL, download=True)
    beside.replace(root / FOLDER.parent)
