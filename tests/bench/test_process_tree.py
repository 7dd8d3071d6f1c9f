"""CPU time, memory and threads of a process with its children."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.process_tree import memory_now, usage

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc")

BUSY = "while True: pass"
PARENT = f"""
import subprocess, sys, threading, time
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
print(subprocess.Popen([sys.executable, "-c", {BUSY!r}]).pid, flush=True)
time.sleep(60)
"""


def test_the_children_of_a_process_count_as_well() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        try:
            before = usage(parent.pid)
            deadline = time.monotonic() + 30
            while (after := usage(parent.pid)).cpu < before.cpu + 0.1:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            alone = usage(child)
        finally:
            os.kill(child, 9)
            parent.kill()
    assert (after.processes, after.threads) == (2, 3)
    assert (alone.processes, alone.threads) == (1, 1)
    assert after.memory > alone.memory > 1


def test_a_process_that_has_ended_is_an_error() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with pytest.raises(OSError, match=str(ended.pid)):
        usage(ended.pid)


def test_memory_now_follows_what_a_process_takes_and_gives_back() -> None:
    before = memory_now(os.getpid())
    taken = bytearray(b"x") * 2**26  # 64 MB, all of it written
    with_it = memory_now(os.getpid())
    del taken
    assert with_it - before == pytest.approx(64, abs=8)
    assert memory_now(os.getpid()) == pytest.approx(before, abs=8)
