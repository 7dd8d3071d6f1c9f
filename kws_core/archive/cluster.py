"""Many processes that hear recordings: on this machine or wherever a Dask scheduler has workers."""

from __future__ import annotations

import contextlib
import functools
import json
import logging
import os
import queue
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from kws_core.archive.hear import FAILED, SET_ASIDE, Outcome, hear, not_heard
from kws_core.archive.plan import Plan, differences
from kws_core.archive.sources import Recording
from kws_core.errors import ArchiveError
from kws_core.spotting.recognizer import Recognizer

MOST_DEATHS: Final = 3  # of processes, by one recording
LARGE_BYTES: Final = 2**25  # from that size on, a recording is a task of its own
_MOST_TOGETHER: Final = 64
_TASKS_A_WORKER: Final = 3  # that are sent at once
_LOOK_S: Final = 2.0  # how often it is looked whether there still are workers
_WITHOUT_WORKERS_S: Final = 120.0
_CONNECT_S: Final = 10.0
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of malloc.h

Work = Callable[[Plan, str, Sequence[Recording]], list[Outcome]]


def work(plan: Plan, manifest: str, recordings: Sequence[Recording]) -> list[Outcome]:
    """Hear recordings, in a process of the cluster; manifest: of the run, as JSON."""
    return hear(plan, _recognizer(plan, manifest), recordings)


def make_ready(plan: Plan, manifest: str) -> None:
    """Load the model of a run in a process of the cluster; raises what prevents it."""
    _recognizer(plan, manifest)


@functools.lru_cache(maxsize=1)
def _recognizer(plan: Plan, manifest: str) -> Recognizer:
    import torch

    torch.set_num_threads(1)  # there is a process for each core
    _keep_memory()
    recognizer = plan.load()
    found = differences(json.loads(manifest), plan.manifest(recognizer))
    if found:
        raise ArchiveError(
            f"A worker has another model than this machine ({'; '.join(found)}). Install the same "
            "version with the same models on all of them."
        )
    return recognizer


def _keep_memory() -> None:
    """Let glibc keep memory between batches, as it does by default.

    Dask has its workers hand every free block back at once, and a network that asks for some
    megabytes again and again then spends as long on page faults as on sums.
    """
    import ctypes

    with contextlib.suppress(OSError, AttributeError, TypeError):  # another C library
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, 2**25)
        mallopt(_M_TRIM_THRESHOLD, 2**26)


class Cluster:
    """A Dask cluster that recordings are sent to; made by `local_cluster` or `cluster_at`."""

    def __init__(self, client: Any, work: Work = work) -> None:
        self._client, self._work = client, work
        self._done: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._sent: dict[Any, list[Recording]] = {}  # by the future of the task

    @property
    def n_workers(self) -> int:
        """Threads of all workers."""
        return sum(self._client.nthreads().values())

    def hear(
        self, plan: Plan, manifest: dict[str, Any], recordings: Sequence[Recording]
    ) -> Iterator[list[Outcome]]:
        """Yield outcomes as they come, of each recording once.

        A task whose process dies is done again at the end, recording by recording and with
        nothing beside it, so that no other recording is blamed; one that goes on killing processes
        is set aside. Raises ArchiveError if the cluster is lost.
        """
        text = json.dumps(manifest)
        self._make_ready(plan, text)
        waiting = deque(grouped(recordings, self.n_workers))
        suspects: deque[Recording] = deque()
        deaths: dict[str, int] = {}
        try:
            while waiting or self._sent or suspects:
                while waiting and len(self._sent) < _TASKS_A_WORKER * max(self.n_workers, 1):
                    self._send(plan, text, waiting.popleft())
                if alone := not self._sent:
                    self._send(plan, text, [suspects.popleft()])
                future, group = self._next()
                error = future.exception()
                if error is None:
                    yield future.result()
                elif type(error).__name__ == "KilledWorker":
                    for one in group:
                        deaths[one.name] = deaths.get(one.name, 0) + error.allowed_failures + 1
                        if alone and deaths[one.name] >= MOST_DEATHS:
                            yield [not_heard(one, SET_ASIDE, _deadly(deaths[one.name]))]
                        else:
                            suspects.append(one)
                elif isinstance(error, ArchiveError):
                    raise error
                elif len(group) == 1:
                    reason = f"{type(error).__name__}: {error}"
                    yield [not_heard(group[0], FAILED, reason)]
                else:
                    waiting.extend([one] for one in group)
        finally:
            with contextlib.suppress(Exception):  # the cluster may be gone
                self._client.cancel(list(self._sent))
            self._sent.clear()

    def _make_ready(self, plan: Plan, manifest: str) -> None:
        """Have every worker load the model: what it can't do for one recording, it can for none."""
        try:
            self._client.run(make_ready, plan, manifest)
        except ArchiveError:
            raise
        except Exception as error:  # whatever a worker lacks
            reason = str(error).strip().splitlines() or [type(error).__name__]
            raise ArchiveError(
                f"A worker of the cluster can't hear recordings ({reason[-1]}). Install the same "
                "version of this package, with its models, on all of them."
            ) from error

    def _send(self, plan: Plan, manifest: str, group: list[Recording]) -> None:
        future = self._client.submit(self._work, plan, manifest, tuple(group), pure=False)
        self._sent[future] = group
        future.add_done_callback(self._done.put)

    def _next(self) -> tuple[Any, list[Recording]]:
        """Wait for a task."""
        alone = 0.0
        while True:
            try:
                future = self._done.get(timeout=_LOOK_S)
            except queue.Empty:
                if self._client.status != "running":
                    raise ArchiveError(_LOST) from None
                alone = 0.0 if self.n_workers else alone + _LOOK_S
                if alone > _WITHOUT_WORKERS_S:
                    raise ArchiveError(
                        "The cluster has no workers any more. Start some, and scan again with the "
                        "same options to go on."
                    ) from None
                continue
            if future.status in ("cancelled", "lost"):
                raise ArchiveError(_LOST)
            if future in self._sent:  # not one of a run that was stopped
                return future, self._sent.pop(future)


_LOST: Final = (
    "The connection to the Dask scheduler was lost. What was written is complete; scan again with "
    "the same options to go on."
)


def grouped(recordings: Sequence[Recording], n_workers: int) -> Iterator[list[Recording]]:
    """Yield recordings as tasks: large ones first, each alone, and then the small ones together."""
    large = [one for one in recordings if one.size is None or one.size >= LARGE_BYTES]
    yield from ([one] for one in sorted(large, key=lambda one: -(one.size or 0)))
    small = [one for one in recordings if one.size is not None and one.size < LARGE_BYTES]
    fair = -(-len(small) // (4 * max(n_workers, 1)))
    group: list[Recording] = []
    n_bytes = 0
    for one in small:
        group.append(one)
        n_bytes += one.size or 0
        if len(group) >= min(fair, _MOST_TOGETHER) or n_bytes >= LARGE_BYTES:
            yield group
            group, n_bytes = [], 0
    if group:
        yield group


@contextlib.contextmanager
def local_cluster(n_workers: int | None = None, work: Work = work) -> Iterator[Cluster]:
    """Start a process for each core of this machine, or as many as asked for.

    Raises ArchiveError where Dask is not installed.
    """
    distributed = _distributed()
    import dask

    # The first death is reported: which recording it was is found out here.
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(
            n_workers=n_workers or os.cpu_count() or 1,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        ) as processes,
        distributed.Client(processes) as client,
    ):
        yield Cluster(client, work)


@contextlib.contextmanager
def cluster_at(address: str) -> Iterator[Cluster]:
    """Connect to a Dask scheduler, such as ``tcp://host:8786``.

    Raises ArchiveError if none answers there, or it has no workers.
    """
    distributed = _distributed()
    try:
        client = distributed.Client(address, timeout=_CONNECT_S)
    except (OSError, ValueError) as error:
        raise ArchiveError(
            f"No Dask scheduler answers at {address} ({error}). Start one with 'dask scheduler', "
            "and workers with 'dask worker'."
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_CONNECT_S)
        except TimeoutError as error:
            raise ArchiveError(
                f"The Dask scheduler at {address} has no workers. Start some with "
                f"'dask worker {address}'."
            ) from error
        yield Cluster(client)


def _deadly(n: int) -> str:
    return f"{n} processes died while they heard it: it takes too much memory, or crashes them"


def _distributed() -> Any:
    try:
        import distributed
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise ArchiveError(
            f"Scanning into a folder needs more packages ({error}): pip install '.[archive]'."
        ) from error
    return distributed
