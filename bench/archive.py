"""How fast an archive is heard, stage by stage, in how much memory, and by how many processes.

    python -m bench.archive                          an hour of the samples, as 16 kHz FLAC
    python -m bench.archive --data DATA              an hour of fluent English instead
    python -m bench.archive --hours 10 --workers 1 2

Rates are seconds of sound for each second of CPU time, of all processes, so that other work on the
machine matters little; those of several workers are by the clock and need a machine at rest.
"""

from __future__ import annotations

import argparse
import datetime
import io
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import soundfile
import torch

from bench.process_tree import peak_memory, usage
from kws_core.archive.cluster import local_cluster
from kws_core.archive.hear import hear
from kws_core.archive.plan import Plan
from kws_core.archive.sources import Recording, opened
from kws_core.audio.pool import decoders
from kws_core.audio.read import read_audio
from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.evaluation.machine import processor
from kws_core.samples import list_samples
from kws_core.spotting.recognizer import Recognizer


class Timed(Recognizer):
    """A recogniser that adds up the CPU time of its front end and of its network."""

    features_s = network_s = 0.0
    n_windows = 0

    def posteriors(self, windows: Samples) -> Samples:
        """Return the probabilities of windows, in two steps."""
        self.n_windows += len(windows)
        with torch.inference_mode():
            started = time.process_time()
            parts = torch.from_numpy(windows).split(16)
            pictures = torch.cat([self.loaded.front_end(part) for part in parts])
            between = time.process_time()
            rows = self.posteriors_of_features(pictures.numpy())
        self.features_s += between - started
        self.network_s += time.process_time() - between
        return rows


def clips(data: Path | None) -> Iterator[Samples]:
    """Yield sound without end: samples, or sentences of fluent English."""
    if data is None:
        while True:
            yield from (read_audio(sample.path).samples for sample in list_samples())
    import pyarrow.parquet

    rows = pyarrow.parquet.read_table(data / "english_speech.parquet", columns=["audio"])
    sounds = rows["audio"].to_pylist()
    while True:
        for sound in sounds:
            yield soundfile.read(io.BytesIO(sound), dtype="float32")[0]


def write_hours(path: Path, hours: float, data: Path | None) -> Recording:
    """Write a recording of 16 kHz FLAC."""
    left = round(hours * 3600 * SAMPLE_RATE)
    with soundfile.SoundFile(path, "w", SAMPLE_RATE, 1, "PCM_16") as file:
        for samples in clips(data):
            file.write(samples[:left])
            left -= len(samples)
            if left <= 0:
                break
    return Recording(str(path), path.stat().st_size)


def one_process(plan: Plan, recording: Recording) -> None:
    """Print what each stage takes on one core, and the memory."""
    torch.set_num_threads(1)
    recognizer = Timed(plan.load().loaded)
    start = usage(os.getpid()).cpu
    with opened(recording.path) as source:
        n_samples = sum(len(one.samples) for one in decoders.pieces(source.read, source.size))
    decoded = usage(os.getpid()).cpu
    (outcome,) = hear(plan, recognizer, [recording])
    heard = usage(os.getpid()).cpu
    seconds, total = n_samples / SAMPLE_RATE, heard - decoded
    stages = {
        "decoding": decoded - start,
        "features": recognizer.features_s,
        "network": recognizer.network_s,
    }
    stages["levels, candidates and the rest"] = total - sum(stages.values())
    print(f"| {seconds / 3600:g} h, {len(outcome.events):,} events | CPU s an hour | x real time |")
    print("|---|---|---|")
    for name, took in (stages | {"all": total}).items():
        print(f"| {name} | {took / seconds * 3600:.2f} | {seconds / max(took, 1e-9):,.0f} |")
    print(f"\n{recognizer.n_windows / seconds:.1f} windows a second")
    children = sum(map(peak_memory, decoders.idle_processes()))
    print(f"peak memory {peak_memory(os.getpid()):.0f} MB, and {children:.0f} MB of its decoder\n")


def by_workers(plan: Plan, recordings: list[Recording], n_workers: int, seconds: float) -> float:
    """Print and return how many times real time some processes are, once they have started."""
    manifest = plan.manifest(plan.load())
    with local_cluster(n_workers) as cluster:
        list(cluster.hear(plan, manifest, recordings[:n_workers]))
        started = time.monotonic()
        list(cluster.hear(plan, manifest, recordings))
        rate = seconds / (time.monotonic() - started)
    print(f"{n_workers} workers: {rate:,.0f} times real time", flush=True)
    return rate


def main() -> None:
    """Measure and print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, help="folder of the Parquet files")
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--workers", type=int, nargs="*", default=[], help="numbers of processes")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"{datetime.date.today().isoformat()}, {processor()}, load {load:.1f}\n")
    with tempfile.TemporaryDirectory() as folder:
        plan = Plan()
        recording = write_hours(Path(folder) / "a.flac", options.hours, options.data)
        # A process of its own, whose memory is that of a worker.
        child = multiprocessing.get_context("spawn").Process(
            target=one_process, args=(plan, recording)
        )
        child.start()
        child.join()
        if not options.workers:
            return
        n, hours = 8 * max(options.workers), options.hours / 4
        first = write_hours(Path(folder) / "0.flac", hours, options.data)
        recordings = [first]
        for i in range(1, n):
            path = Path(folder) / f"{i}.flac"
            path.write_bytes(Path(first.path).read_bytes())
            recordings.append(Recording(str(path), first.size))
        rates = [by_workers(plan, recordings, w, n * hours * 3600) for w in options.workers]
        for w, rate in zip(options.workers[1:], rates[1:], strict=True):
            share = rate / rates[0] * options.workers[0] / w
            print(f"efficiency from {options.workers[0]} to {w}: {share:.0%}")


if __name__ == "__main__":
    main()
