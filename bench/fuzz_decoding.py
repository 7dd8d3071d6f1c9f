"""What damaged recordings do to the decoder: deaths, hangs, memory, messages.

    python -m bench.fuzz_decoding                       2,000 files or 2 minutes
    python -m bench.fuzz_decoding --files 100000 --minutes 120
    python -m bench.fuzz_decoding --keep FOLDER         keeps the files that killed a decoder

Files of every format that can be written are damaged in a way drawn at random, and decoded as the
app does it: in processes of their own. A death is then a message for one person; what would be a
fault is anything but a clip or a message, or a file that takes longer than the limit.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from bench.process_tree import peak_memory
from kws_core.audio.pool import DecoderPool
from kws_core.errors import AudioError, DecoderFailedError
from kws_core.samples import get_sample
from tests.helpers.av_files import WRITTEN, coded

HANG_S = 5.0
GROUP = 200
_EXTREMES = (b"\0" * 4, b"\xff" * 4, b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\1\0\0\0")

Generator = np.random.Generator


@dataclass
class Tally:
    """Counts of outcomes by format, the slowest file in seconds, most memory in MB, faults."""

    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    slowest: float = 0.0
    memory: float = 0.0
    faults: list[str] = field(default_factory=list)

    def add(self, name: str, outcome: str, seconds: float) -> None:
        """Count one file."""
        self.outcomes.setdefault(name, Counter())[outcome] += 1
        self.slowest = max(self.slowest, seconds)

    @property
    def files(self) -> int:
        """How many were tried."""
        return sum(counts.total() for counts in self.outcomes.values())


def cut(data: bytearray, rng: Generator) -> None:
    """Take the end away."""
    del data[int(rng.integers(len(data))) :]


def flip(data: bytearray, rng: Generator) -> None:
    """Change some bits, most often near the beginning."""
    for _ in range(int(rng.integers(1, 20))):
        at = int(len(data) * rng.random() ** 3)
        data[at] ^= 1 << int(rng.integers(8))


def overwrite(data: bytearray, rng: Generator) -> None:
    """Put random bytes over some."""
    at, n = int(rng.integers(len(data))), int(rng.integers(1, 200))
    data[at : at + n] = rng.bytes(n)


def exaggerate(data: bytearray, rng: Generator) -> None:
    """Put an extreme number into a field of the header."""
    for _ in range(int(rng.integers(1, 4))):
        at = int(rng.integers(min(len(data), 300)))
        data[at : at + 4] = _EXTREMES[int(rng.integers(len(_EXTREMES)))]


def repeat(data: bytearray, rng: Generator) -> None:
    """Insert a piece of the file somewhere else."""
    a, b = sorted(int(x) for x in rng.integers(len(data), size=2))
    at = int(rng.integers(len(data)))
    data[at:at] = data[a : min(b, a + 2_000)]


def drop(data: bytearray, rng: Generator) -> None:
    """Take a piece out."""
    at = int(rng.integers(len(data)))
    del data[at : at + int(rng.integers(1, 500))]


DAMAGES: tuple[Callable[[bytearray, Generator], None], ...] = (
    cut, flip, overwrite, exaggerate, repeat, drop,
)  # fmt: skip


def seeds() -> list[tuple[str, bytes]]:
    """The files to damage: a word in every way that can be written, by format."""
    from kws_core.audio.read import read_audio

    word = read_audio(get_sample("stop").path).samples[:8_000]
    return [(name, coded(word, *way)) for name, ways in WRITTEN.items() for way in ways]


def damaged(seed: int, n_files: int) -> Iterator[tuple[str, bytes]]:
    """Yield the format and the bytes of damaged files, the same for the same seed."""
    rng = np.random.default_rng(seed)
    whole = seeds()
    for number in range(n_files):
        name, data = whole[number % len(whole)]
        broken = bytearray(data)
        for _ in range(int(rng.integers(1, 3))):
            if broken:
                DAMAGES[int(rng.integers(len(DAMAGES)))](broken, rng)
        yield name, bytes(broken)


def fuzz(n_files: int, seconds: float, seed: int, workers: int, keep: Path | None) -> Tally:
    """Decode damaged files until a number or a time is reached."""
    tally, pool, until = Tally(), DecoderPool(workers), time.monotonic() + seconds

    def one(given: tuple[str, bytes]) -> tuple[str, bytes, str, float] | None:
        name, data = given
        if time.monotonic() > until:
            return None
        started = time.monotonic()
        try:
            outcome = "clip" if pool.decode(data).duration else "empty clip"
        except DecoderFailedError:
            outcome = "decoder died"
        except AudioError:
            outcome = "message"
        except Exception as error:
            outcome = f"FAULT {type(error).__name__}: {error}"
        return name, data, outcome, time.monotonic() - started

    files = damaged(seed, n_files)
    with ThreadPoolExecutor(workers) as threads:
        # In groups: a pool of threads takes all that it is given at once.
        while group := list(threads.map(one, islice(files, GROUP))):
            tally.memory = max(tally.memory, *map(peak_memory, pool.idle_processes()), 0.0)
            for done in group:
                if done is None:
                    continue
                name, data, outcome, took = done
                tally.add(name, outcome, took)
                if outcome not in ("clip", "message", "decoder died") or took > HANG_S:
                    tally.faults.append(f"{name}: {outcome}, {took:.1f} s")
                if keep is not None and (outcome == "decoder died" or took > HANG_S):
                    keep.mkdir(parents=True, exist_ok=True)
                    (keep / f"{hashlib.sha256(data).hexdigest()[:16]}.bin").write_bytes(data)
            if None in group:
                break
    pool.close()
    return tally


def report(tally: Tally) -> str:
    """The counts as a Markdown table, and the worst cases."""
    columns = ("clip", "message", "decoder died")
    lines = [f"| format | {' | '.join(columns)} |", "| --- |" + " ---: |" * len(columns)]
    for name, counts in [*tally.outcomes.items(), ("all", sum(tally.outcomes.values(), Counter()))]:
        lines.append(f"| {name} | {' | '.join(f'{counts[column]:,}' for column in columns)} |")
    lines.append(f"\n{tally.files:,} files; the slowest took {tally.slowest:.2f} s.")
    if tally.memory:
        lines.append(f"Most memory of a decoder: {tally.memory:.0f} MB.")
    lines += [f"Fault: {fault}" for fault in tally.faults]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz, print the counts, and return 1 if there was a fault."""
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz_decoding")
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, help="folder for files that killed a decoder")
    options = parser.parse_args(arguments)
    tally = fuzz(options.files, 60 * options.minutes, options.seed, options.workers, options.keep)
    print(report(tally))
    return 1 if tally.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
