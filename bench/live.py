"""How many people can speak at once: simulated users, 50 frames a second each, one detector each.

    python -m bench.live                          find the largest number that keeps up
    python -m bench.live --way websocket          the same, with sound over a WebSocket (or webrtc)
    python -m bench.live --users 4 --seconds 3600 watch four users for an hour: memory, frames late

Runs of two minutes and more print the server's memory minute by minute as well.

Users share one recogniser and the cores there are. Each hands its detector 20 ms of sound when it
is due, as a browser does (at 48 kHz, resampled on the way). With --way direct, it is a thread; with
the others, another process sends the sound over the loopback interface and takes cores as well: the
table has it apart. A number of users keeps up if 95 % of the frames are dealt with
within a hop of their time, and nobody is behind at the end. A frame over a network counts as late
by how much it is later than the user's fastest one; of frames that are dealt with together, the
last one counts. Words: from the end of the sound to the
decision, all delays included; the page shows them up to 0.2 s later. Run it on a machine that does
nothing else.
"""

from __future__ import annotations

import datetime
import os
import resource
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch

from bench.app import command_line
from bench.process_tree import memory_now
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
    """One person: how late each frame was done with, in seconds, and when words were decided."""

    late: npt.NDArray[np.float64]  # (frames,), there from the start: memory is watched
    start: float = 0.0
    words: list[tuple[float, str]] = field(default_factory=list)

    @property
    def behind(self) -> float:
        """How late the last frame was done with."""
        return float(self.late[-1])


@dataclass(frozen=True)
class Load:
    """The cost of some users: cores per user, how late frames were done with, memory in MB.

    senders_per_user: cores of the process that sends, per user.
    """

    n_users: int
    cores_per_user: float
    senders_per_user: float
    late_p50: float
    late_p95: float
    late_max: float
    behind: float
    words: int
    word_p50: float
    word_p95: float
    memory_mb: tuple[float, float]  # after the first tenth, and at the end

    @property
    def keeps_up(self) -> bool:
        """Whether the frames were dealt with in time."""
        hop = DetectorSettings().hop
        return self.late_p95 <= hop and self.behind <= 2 * hop


def speak(user: User, detector: KeywordDetector, sound: Samples, start: float) -> None:
    """Push the sound, over and over, one frame whenever it is due."""
    user.start = start
    n = round(FRAME_S * BROWSER_RATE)
    frames = [sound[at : at + n] for at in range(0, len(sound) - n + 1, n)]
    for i in range(len(user.late)):
        due = start + (i + 1) * FRAME_S  # a frame is there when its last sample is
        time.sleep(max(0.0, due - time.monotonic()))
        found = detector.push(frames[i % len(frames)], BROWSER_RATE, i * FRAME_S)
        now = time.monotonic()
        user.words += [(now, word.label) for word in found]
        user.late[i] = now - due
    if detector.faults.any:
        raise RuntimeError(f"frames were lost: {detector.faults}")


def measure(
    recognizer: Recognizer, sound: Samples, n_users: int, seconds: float, way: str = "direct"
) -> Load:
    """Let users speak for some seconds."""
    senders = 0.0
    if way == "direct":
        users, memory, cpu = speak_directly(recognizer, sound, n_users, seconds)
    else:
        users, memory, cpu, senders = speak_over(way, recognizer, sound, n_users, seconds)
    late = np.concatenate([user.late for user in users])
    waits = [wait for user in users for wait in word_delays(user, len(sound) / BROWSER_RATE)]
    p50, p95 = np.percentile(late, [50, 95])
    word_p50, word_p95 = np.percentile(waits, [50, 95]) if waits else (np.nan, np.nan)
    return Load(
        n_users=n_users,
        cores_per_user=cpu / n_users / seconds,
        senders_per_user=senders / n_users / seconds,
        late_p50=float(p50),
        late_p95=float(p95),
        late_max=float(late.max()),
        behind=max(user.behind for user in users),
        words=len(waits),
        word_p50=float(word_p50),
        word_p95=float(word_p95),
        memory_mb=(memory, memory_mb()),
    )


def speak_directly(
    recognizer: Recognizer, sound: Samples, n_users: int, seconds: float
) -> tuple[list[User], float, float]:
    """Let users speak in threads; return them, memory after a tenth of the time, and CPU time."""
    users = [User(np.ones(round(seconds / FRAME_S))) for _ in range(n_users)]
    begin = time.monotonic() + 0.1
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
    return users, memory, time.process_time() - cpu


def speak_over(
    way: str, recognizer: Recognizer, sound: Samples, n_users: int, seconds: float
) -> tuple[list[User], float, float, float]:
    """Let users speak in another process; as `speak_directly`, with the CPU time of the senders."""
    from bench.live_ways import serve

    values = np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16)
    people, starts, wait = serve(way, recognizer, values, n_users, seconds)
    cpu = time.process_time()
    time.sleep(seconds / 10)
    memory = memory_mb()
    senders = wait()
    cpu = time.process_time() - cpu
    users = [
        User(person.late, start, person.words) for person, start in zip(people, starts, strict=True)
    ]
    silent = sum(not len(user.late) for user in users)
    if silent:
        raise RuntimeError(f"{silent} of {n_users} users were not heard at all.")
    return users, memory, cpu, senders


def word_delays(user: User, period: float) -> list[float]:
    """Return the seconds from the end of each detected word's sound to its decision.

    period: seconds after which the same is said again. A word that is not said is left out.
    """
    found = []
    for decided, label in user.words:
        ends = [word.end for word in get_sample(SENTENCE).words if word.label == label]
        if ends:
            found.append((decided - user.start - ends[0]) % period)
    return found


def memory_mb() -> float:
    """Return the most resident memory that this process ever had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 1024)


@contextmanager
def memory_each_minute() -> Iterator[list[float]]:
    """Collect the resident memory in MB after each minute, without that of the senders."""
    found: list[float] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(60.0):
            found.append(memory_now(os.getpid()))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()


def largest_that_keeps_up(recognizer: Recognizer, sound: Samples, seconds: float, way: str) -> int:
    """Double the users until they do not keep up, then halve the interval; prints each."""
    good, bad = 0, LARGEST + 1
    n_users = 1
    while bad - good > 1:
        load = measure(recognizer, sound, n_users, seconds, way)
        print(row(load), flush=True)
        good, bad = (n_users, bad) if load.keeps_up else (good, n_users)
        n_users = min(2 * good, LARGEST) if bad > LARGEST else (good + bad) // 2
    return good


def row(load: Load) -> str:
    """Return a row of the Markdown table."""
    late = " | ".join(f"{1000 * x:.0f} ms" for x in (load.late_p50, load.late_p95, load.late_max))
    words = " / ".join(f"{1000 * x:.0f}" for x in (load.word_p50, load.word_p95))
    memory = " to ".join(f"{x:.0f}" for x in load.memory_mb)
    verdict = "yes" if load.keeps_up else f"no, {load.behind:.2f} s behind"
    shares = (f"{share:.1%}" for share in (load.cores_per_user, load.senders_per_user))
    cells = (load.n_users, *shares, late, load.words, f"{words} ms")
    return f"| {' | '.join(map(str, (*cells, f'{memory} MB', verdict)))} |"


def main() -> None:
    """Measure and print a Markdown table."""
    parser = command_line("live", __doc__)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--way", choices=("direct", "websocket", "webrtc"), default="direct")
    parser.add_argument("--users", type=int, help="only this number (default: find the largest)")
    parser.add_argument(
        "--seconds", type=float, default=20.0, help="of each (default: %(default)g)"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)  # each user is a thread already
    recognizer = Recognizer.load(options.model)
    sound = resample(read_audio(get_sample(SENTENCE).path).samples, SAMPLE_RATE, BROWSER_RATE)
    measure(recognizer, sound, 1, 2.0)  # the first windows are slower
    print(f"{options.way}, {options.model}, {datetime.date.today().isoformat()}, {processor()}\n")
    print("| users | of a core, each | its sender | frame late, median | 95 % | most ", end="")
    print("| words | word, median / 95 % | memory | keeps up |\n" + "|---" * 10 + "|")
    if options.users:
        with memory_each_minute() as memory:
            load = measure(recognizer, sound, options.users, options.seconds, options.way)
        print(row(load))
        if len(memory) > 1:
            print(f"\nMemory each minute: {', '.join(f'{mb:.0f}' for mb in memory)} MB")
    else:
        found = largest_that_keeps_up(recognizer, sound, options.seconds, options.way)
        print(f"\n{found} users keep up on the cores there are.")


if __name__ == "__main__":
    main()
