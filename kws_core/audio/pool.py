"""A few processes that decode recordings, so that a crash costs one person one message."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final, cast

import numpy as np

from kws_core import errors
from kws_core.audio.clip import Clip
from kws_core.audio.long import MIX, Piece
from kws_core.audio.worker import read_message, write_message
from kws_core.errors import AudioError, DecoderFailedError, EmptyAudioError

START_SECONDS: Final = 60.0
WALL_SECONDS: Final = 30.0  # for one recording or piece of one, on a machine that is busy
WHOLE_BYTES: Final = 20 * 2**20  # a file up to that size is decoded from memory
_COMMAND: Final = (sys.executable, "-P", "-m", "kws_core.audio.worker")
_PASSED_ON: Final = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_MOST_REMEMBERED: Final = 10_000


class _Worker:
    """One decoding process; `ready` once it has said so."""

    def __init__(self, command: Sequence[str]) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,  # Ctrl-C is for the program, which closes the pipe
        )
        self._requests = cast(IO[bytes], self.process.stdin)
        self._replies = cast(IO[bytes], self.process.stdout)
        self._ready = False

    def wait_until_ready(self) -> None:
        if not self._ready:
            read_message(self._replies)
            self._ready = True

    def ask(self, fields: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        write_message(self._requests, fields, data)
        return read_message(self._replies)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self._requests, self._replies):
            with contextlib.suppress(OSError):
                pipe.close()


class DecoderPool:
    """Decodes in at most `size` processes, started when they are needed and used again.

    A file on which a process died or took longer than `seconds` is not tried again.
    """

    def __init__(
        self,
        size: int = min(4, os.cpu_count() or 1),
        seconds: float = WALL_SECONDS,
        command: Sequence[str] = _COMMAND,
    ) -> None:
        self._size, self._seconds, self._command = size, seconds, command
        self._start_afresh()

    def _start_afresh(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._free = threading.Semaphore(self._size)
        self._idle: list[_Worker] = []
        self._fatal: dict[bytes, None] = {}  # hashes of files, oldest first

    def _leave_the_parents(self) -> None:
        if self._pid != os.getpid():  # after a fork, the processes are the parent's
            self._inherited = self._idle
            self._start_afresh()

    def warm_up(self) -> None:
        """Start the first process, without waiting for it."""
        with self._lock:
            if not self._idle:
                self._idle.append(_Worker(self._command))

    def decode(self, data: bytes, **options: Any) -> Clip:
        """Return what `kws_core.audio.clip.decode` returns, or raise what it raises.

        Raises DecoderFailedError if the process dies, takes too long or cannot be started.
        """
        self._leave_the_parents()
        digest = hashlib.sha256(data).digest()
        if digest in self._fatal:
            raise _failed()
        with self._free:
            fields, payload = self._ask(digest, options, data)
        if "error" in fields:
            raise _error(fields)
        notes = tuple(fields.pop("notes"))
        return Clip(np.frombuffer(payload, np.float32), notes=notes, **fields)

    def pieces(
        self, read: Callable[[int, int], bytes], size: int, channels: str = MIX
    ) -> Iterator[Piece]:
        """Yield a recording of any length as `kws_core.audio.long.long_pieces` does.

        read: returns bytes of the file, from an offset on and as many as asked for; what it raises
        is raised here. size: of the file, bytes. A small file is read at once.
        """
        self._leave_the_parents()
        fields: dict[str, Any] = {"size": size, "channels": channels}
        data = b""
        if size <= WHOLE_BYTES:
            data = read(0, size)
            if not data:
                raise EmptyAudioError("The file is empty.")
        with self._free:
            failure: AudioError | None = None
            with self._ready_worker() as worker:
                while True:
                    try:
                        with _stopped_after(self._seconds, worker):
                            fields, payload = worker.ask(fields, data)
                    except (EOFError, OSError) as error:
                        raise _failed() from error
                    if "error" in fields:
                        failure = _error(fields)
                        break
                    if "end" in fields:
                        break
                    if "read" in fields:
                        fields, data = {}, read(*fields["read"])
                        continue
                    samples = np.frombuffer(payload, np.float32).reshape(fields["shape"])
                    yield Piece(samples, fields["rate"], fields["channels"])
                    fields, data = {"next": True}, b""
        if failure is not None:
            raise failure

    def idle_processes(self) -> list[int]:
        """The ids of the processes that wait for work."""
        with self._lock:
            return [worker.process.pid for worker in self._idle]

    def close(self) -> None:
        """Stop the processes that wait for work."""
        while self._idle:
            self._idle.pop().stop()

    def _ask(
        self, digest: bytes, options: dict[str, Any], data: bytes
    ) -> tuple[dict[str, Any], bytes]:
        with self._ready_worker() as worker:
            try:
                with _stopped_after(self._seconds, worker):
                    return worker.ask(options, data)
            except (EOFError, OSError) as error:
                self._remember(digest)
                raise _failed() from error

    @contextlib.contextmanager
    def _ready_worker(self) -> Iterator[_Worker]:
        """A worker that has started; it is used again unless the block is left by an error."""
        worker = self._take()
        try:
            with _stopped_after(START_SECONDS, worker):
                worker.wait_until_ready()
        except EOFError as error:
            worker.stop()
            raise DecoderFailedError(
                "The sound decoder could not be started on this machine. Try again in a moment."
            ) from error
        try:
            yield worker
        except BaseException:  # also a generator that is closed before its end
            worker.stop()
            raise
        with self._lock:
            self._idle.append(worker)

    def _take(self) -> _Worker:
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.process.poll() is None:
                    return worker
                worker.stop()
        return _Worker(self._command)

    def _remember(self, digest: bytes) -> None:
        with self._lock:
            self._fatal[digest] = None
            if len(self._fatal) > _MOST_REMEMBERED:
                self._fatal.pop(next(iter(self._fatal)))


@contextlib.contextmanager
def _stopped_after(seconds: float, worker: _Worker) -> Iterator[None]:
    alarm = threading.Timer(seconds, worker.process.kill)
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()


def _environment() -> dict[str, str]:
    """The variables that Python needs, and no secret of the server."""
    root = str(Path(errors.__file__).parents[1])
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {
        "PYTHONPATH": os.pathsep.join([root, *filter(None, sys.path)]),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _failed() -> DecoderFailedError:
    return DecoderFailedError(
        "The sound decoder gave up on this file: it is damaged, or of a kind that the decoder "
        "cannot take. Save it as WAV or FLAC, or record it again."
    )


def _error(fields: dict[str, Any]) -> AudioError:
    kind = getattr(errors, str(fields["error"]), AudioError)
    return cast(AudioError, kind(fields["message"]))


decoders: Final = DecoderPool()
atexit.register(decoders.close)
