"""How many people can speak at once: simulated users, 50 frames a second each, one detector each.

    python -m bench.live                          find the largest number that keeps up
    python -m bench.live --users 4 --seconds 3600 watch so many for so long: memory, frames late

Every user is a thread that hands its detector 20 ms of sound when it is due, as a browser does
(at 48 kHz, resampled on the way), and together they share one recogniser and the cores there are.
A number of users keeps up if 95 % of the frames are dealt with within a hop of their time, and
nobody is behind at the end. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import datetime
import resource
import sys
import threading
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from kws_core.audio.read import read_audio
from kws_core.audio.waveform import SAMPLE_RATE, Samples, resample
from kws_core.evaluation.machine import processor
from kws_core.samples import get_sample
from kws_core.spotting import DetectorSettings, KeywordDetector
from kws_core.spotting.recognizer import DEFAULT_MODEL, Recognizer

SENTENCE = "several_words"
FRAME_S = 0.02
BROWSER_RATE = 48_000  # Hz
LARGEST = 64


@dataclass
class User:
    """One person: how late each frame was done with, in seconds, and how many words were heard."""

    late: npt.NDArray[np.float64]  # (frames,), there from the start: memory is watched
    words: int = 0

    @property
    def behind(self) -> float:
        """How late the last frame was done with."""
        return float(self.late[-1])


@dataclass(frozen=True)
class Load:
    """What so many users cost: cores per user, how late frames were done with, memory in MB."""

    n_users: int
    cores_per_user: float
    late_p50: float
    late_p95: float
    late_max: float
    behind: float
    words: int
    memory_mb: tuple[float, float]  # after the first tenth, and at the end

    @property
    def keeps_up(self) -> bool:
        """Whether the frames were dealt with in time."""
        hop = DetectorSettings().hop
        return self.late_p95 <= hop and self.behind <= 2 * hop


def speak(user: User, detector: KeywordDetector, sound: Samples, start: float) -> None:
    """Push the sound, over and over, one frame whenever it is due."""
    n = round(FRAME_S * BROWSER_RATE)
    frames = [sound[at : at + n] for at in range(0, len(sound) - n + 1, n)]
    for i in range(len(user.late)):
        due = start + (i + 1) * FRAME_S  # a frame is there when its last sample is
        time.sleep(max(0.0, due - time.perf_counter()))
        found = detector.push(frames[i % len(frames)], BROWSER_RATE, i * FRAME_S)
        user.words += len(found)
        user.late[i] = time.perf_counter() - due
    if detector.faults.any:
        raise RuntimeError(f"frames were lost: {detector.faults}")


def measure(recognizer: Recognizer, sound: Samples, n_users: int, seconds: float) -> Load:
    """Let so many users speak for so long."""
    users = [User(np.ones(round(seconds / FRAME_S))) for _ in range(n_users)]
    begin = time.perf_counter() + 0.1
    # Not all at the same moment: people do not speak in step.
    offsets = np.random.default_rng(0).uniform(0, DetectorSettings().hop, n_users)
    threads = [
        threading.Thread(
            target=speak, args=(user, KeywordDetector(recognizer), sound, begin + offset)
        )
        for user, offset in zip(users, offsets.tolist(), strict=True)
    ]
    cpu = time.process_time()
    for thread in threads:
        thread.start()
    time.sleep(seconds / 10)
    memory = memory_mb()
    for thread in threads:
        thread.join()
    cpu = time.process_time() - cpu
    late = np.concatenate([user.late for user in users])
    p50, p95 = np.percentile(late, [50, 95])
    return Load(
        n_users=n_users,
        cores_per_user=cpu / n_users / seconds,
        late_p50=float(p50),
        late_p95=float(p95),
        late_max=float(late.max()),
        behind=max(user.behind for user in users),
        words=sum(user.words for user in users),
        memory_mb=(memory, memory_mb()),
    )


def memory_mb() -> float:
    """Return the most resident memory that this process ever had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 1024)


def largest_that_keeps_up(recognizer: Recognizer, sound: Samples, seconds: float) -> int:
    """Double the users until they do not keep up, then halve the interval; prints each."""
    good, bad = 0, LARGEST + 1
    n_users = 1
    while bad - good > 1:
        load = measure(recognizer, sound, n_users, seconds)
        print(row(load), flush=True)
        good, bad = (n_users, bad) if load.keeps_up else (good, n_users)
        n_users = min(2 * good, LARGEST) if bad > LARGEST else (good + bad) // 2
    return good


def row(load: Load) -> str:
    """Return a row of the Markdown table."""
    late = " | ".join(f"{1000 * x:.0f} ms" for x in (load.late_p50, load.late_p95, load.late_max))
    memory = " to ".join(f"{x:.0f}" for x in load.memory_mb)
    verdict = "yes" if load.keeps_up else f"no, {load.behind:.2f} s behind"
    cells = (load.n_users, f"{load.cores_per_user:.1%}", late, load.words, f"{memory} MB", verdict)
    return f"| {' | '.join(map(str, cells))} |"


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(prog="python -m bench.live", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--users", type=int, help="only so many (default: find the largest number)")
    parser.add_argument(
        "--seconds", type=float, default=20.0, help="of each (default: %(default)g)"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)  # each user is a thread already
    recognizer = Recognizer.load(options.model)
    sound = resample(read_audio(get_sample(SENTENCE).path).samples, SAMPLE_RATE, BROWSER_RATE)
    measure(recognizer, sound, 1, 2.0)  # the first windows are slower
    print(f"{options.model}, {datetime.date.today().isoformat()}, {processor()}\n")
    print("| users | of a core, each | late, median | 95 % | most | words | memory | keeps up |")
    print("|---|---|---|---|---|---|---|---|")
    if options.users:
        print(row(measure(recognizer, sound, options.users, options.seconds)))
    else:
        found = largest_that_keeps_up(recognizer, sound, options.seconds)
        print(f"\n{found} users keep up on the cores there are.")


if __name__ == "__main__":
    main()
