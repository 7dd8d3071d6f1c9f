"""What a process and all that it started take: CPU time, memory and threads, from /proc (Linux)."""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True)
class Usage:
    """CPU time in seconds since the start, resident memory in MB, processes and threads."""

    cpu: float
    memory: float
    processes: int
    threads: int


def usage(pid: int) -> Usage:
    """Return what a process and its descendants take now, with the CPU time of ended children.

    Raises OSError where there is no such process, or no /proc.
    """
    (_PROC / str(pid) / "stat").read_bytes()
    parents = {}
    for folder in _PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):  # a process that has just ended
            parents[int(folder.name)] = int(_fields(int(folder.name))[1])
    tree = {pid}
    while more := {child for child, parent in parents.items() if parent in tree} - tree:
        tree |= more
    cpu = memory = 0.0
    processes = threads = 0
    for member in tree:
        with contextlib.suppress(OSError):
            ticks = sum(map(int, _fields(member)[11:15]))  # user and system, own and of children
            kilobytes, n_threads = _status(member, "VmRSS", "Threads")
            cpu += ticks / os.sysconf("SC_CLK_TCK")
            memory += kilobytes / 1024
            processes += 1
            threads += n_threads
    return Usage(cpu, memory, processes, threads)


def peak_memory(pid: int) -> float:
    """Return the largest resident size that a process has had, in MB; 0 where nothing says it."""
    return _megabytes(pid, "VmHWM")


def memory_now(pid: int) -> float:
    """Return the resident size of a process, in MB; 0 where nothing says it."""
    return _megabytes(pid, "VmRSS")


def _megabytes(pid: int, name: str) -> float:
    with contextlib.suppress(OSError):
        return _status(pid, name)[0] / 1024
    return 0.0


def _status(pid: int, *names: str) -> list[int]:
    """Return these numbers of a process's status, 0 for one that it lacks."""
    status = (_PROC / str(pid) / "status").read_text()
    found = (re.search(rf"{name}:\s+(\d+)", status) for name in names)
    return [int(one[1]) if one else 0 for one in found]


def _fields(pid: int) -> list[str]:
    """Return /proc/PID/stat from the state on: the name before it may hold spaces."""
    return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
