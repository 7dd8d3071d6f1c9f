"""What kind of machine a figure was measured on, without its name."""

from __future__ import annotations

import contextlib
import os
import platform
import re
from pathlib import Path


def processor() -> str:
    """Return the processor's model and the number of cores, such as "AMD EPYC, 2 cores"."""
    model = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        found = re.search(r"^model name\s*:\s*(.+)$", text, re.M)
        if found:
            model = found[1]
    return f"{model}, {os.cpu_count()} cores"
