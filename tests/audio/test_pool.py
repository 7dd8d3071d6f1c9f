"""A recording that crashes, stalls or bloats the decoder costs one message, and nothing else."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kws_core.audio.pool import DecoderPool, decoders
from kws_core.audio.read import read_audio
from kws_core.errors import AudioError, DecoderFailedError
from tests.helpers.audio_files import encode, tone

CRASHES = sorted((Path(__file__).parent / "cases").glob("crash_*"))
WORD = encode(tone(440, 0.5, 16_000), 16_000)
LINUX = pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="needs Linux's /proc")

# Speaks as a worker does; the file tells it what to do, and each start is noted.
STAND_IN = """
import os, sys, time
from kws_core.audio.worker import read_message, write_message
open(sys.argv[1], "a").write("x")
write_message(sys.stdout.buffer, {})
while True:
    fields, data = read_message(sys.stdin.buffer)
    if data == b"die":
        os.abort()
    if data == b"hang":
        time.sleep(60)
    if data == b"slow":
        time.sleep(0.2)
    write_message(sys.stdout.buffer, {"source_rate": 8000, "channels": 1, "notes": ["n"]}, data)
"""


@pytest.fixture
def starts(tmp_path: Path) -> Path:
    return tmp_path / "starts"


@pytest.fixture
def pool(starts: Path) -> Iterator[DecoderPool]:
    made = DecoderPool(2, 30.0, (sys.executable, "-c", STAND_IN, str(starts)))
    yield made
    made.close()


@pytest.mark.parametrize("path", CRASHES, ids=lambda path: path.name)
def test_a_file_that_crashes_ffmpeg_gives_a_clip_or_a_message(path: Path) -> None:
    with contextlib.suppress(AudioError):
        assert read_audio(path).duration > 0
    assert read_audio(WORD).duration == 0.5


def test_a_death_is_a_message_and_the_file_is_not_tried_again(
    pool: DecoderPool, starts: Path
) -> None:
    assert pool.decode(b"1234").notes == ("n",)
    for _ in range(3):
        with pytest.raises(DecoderFailedError, match=r"gave up on this file.*WAV or FLAC"):
            pool.decode(b"die")
    assert pool.decode(b"12345678").samples.shape == (2,)
    assert len(starts.read_text()) == 2


def test_a_file_that_takes_too_long_is_given_up(starts: Path) -> None:
    pool = DecoderPool(1, 1.0, (sys.executable, "-c", STAND_IN, str(starts)))
    pool.decode(b"1234")
    begun = time.monotonic()
    for _ in range(3):
        with pytest.raises(DecoderFailedError):
            pool.decode(b"hang")
    assert time.monotonic() - begun < 50
    pool.close()


def test_a_worker_that_ended_while_idle_is_no_fault_of_the_file(
    pool: DecoderPool, starts: Path
) -> None:
    pool.decode(b"1234")
    for worker in pool._idle:
        worker.process.kill()
        worker.process.wait()
    assert pool.decode(b"1234").source_rate == 8000
    assert len(starts.read_text()) == 2


def test_no_more_processes_than_the_size(pool: DecoderPool, starts: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        clips = list(threads.map(pool.decode, [b"slow"] * 8))
    assert len(clips) == 8
    assert len(starts.read_text()) == 2


def test_a_worker_that_cannot_start_is_said_so_and_blames_no_file() -> None:
    pool = DecoderPool(1, 5.0, (sys.executable, "-c", "raise SystemExit(1)"))
    for _ in range(2):
        with pytest.raises(DecoderFailedError, match="could not be started"):
            pool.decode(b"1234")


@LINUX
def test_a_worker_has_no_rights_that_decoding_does_not_need(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("A_SECRET", "of the server")
    pool = DecoderPool(1)
    pool.decode(WORD)
    (worker,) = pool._idle
    process = Path(f"/proc/{worker.process.pid}")
    limits = {line[:26].strip(): line[26:].split()[:2] for line in (process / "limits").open()}
    assert limits["Max open files"] == limits["Max core file size"] == ["0", "0"]
    assert limits["Max file size"] == ["0", "0"]
    assert int(limits["Max address space"][0]) < 2**30
    assert int(limits["Max cpu time"][0]) < 30
    assert b"A_SECRET" not in (process / "environ").read_bytes()
    pool.close()


@LINUX
def test_more_memory_than_allowed_is_a_message() -> None:
    pool = DecoderPool(1)
    with pytest.raises(DecoderFailedError):
        pool.decode(bytes(400 * 2**20))
    assert pool.decode(WORD).duration == 0.5
    pool.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_process_has_workers_of_its_own() -> None:
    decoders.decode(WORD)
    child = os.fork()
    if child == 0:
        try:
            assert decoders.decode(WORD).duration == 0.5
            decoders.close()
        except BaseException:
            os._exit(1)
        os._exit(0)
    assert decoders.decode(WORD).duration == 0.5
    assert os.waitpid(child, 0)[1] == 0
