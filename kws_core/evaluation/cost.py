"""What a model costs: bytes, weights, multiplications, and time on one core."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.evaluation.machine import processor
from kws_core.models.store import LoadedModel
from kws_core.models.structure import count_macs
from kws_core.spotting.recognizer import BATCH_SIZE, Recognizer

_WARM_UPS = 10
_RUNS_PER_BATCH = 40  # a batch takes that much longer


def measure_cost(model: LoadedModel, weight_bytes: int, clip: Samples, runs: int) -> dict[str, Any]:
    """Return size, multiply-accumulates and times, as JSON values.

    Times are of `Recognizer.classify` on a clip, front end included, and of batches of windows.
    """
    return {
        "bytes": weight_bytes,
        "parameters": model.card.parameters,
        "macs": count_macs(model),
        "machine": processor(),
        "latency_ms": _latency(Recognizer(model), clip, runs),
        "batched": _throughput(Recognizer(model), 1 + runs // _RUNS_PER_BATCH),
    }


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """Keep this process on one core, where the system can, and torch to one thread."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else set()
    if allowed:
        os.sched_setaffinity(0, {min(allowed)})
    try:
        yield
    finally:
        if allowed:
            os.sched_setaffinity(0, allowed)
        torch.set_num_threads(n_threads)


def _latency(recognizer: Recognizer, clip: Samples, runs: int) -> dict[str, float]:
    seconds, front_end, network = [], [], []
    with one_core():
        for run in range(_WARM_UPS + runs):
            started = time.perf_counter()
            prediction = recognizer.classify(clip, SAMPLE_RATE)
            if run >= _WARM_UPS:
                seconds.append(time.perf_counter() - started)
                front_end.append(prediction.timing.features)
                network.append(prediction.timing.model)
    p50, p95 = np.percentile(seconds, [50, 95])
    times = {
        "p50": p50,
        "p95": p95,
        "front_end": np.median(front_end),
        "network": np.median(network),
    }
    return {name: round(float(t) * 1000, 3) for name, t in times.items()} | {"runs": runs}


def _throughput(recognizer: Recognizer, n_batches: int) -> dict[str, float]:
    noise = np.random.default_rng(0).standard_normal((BATCH_SIZE, recognizer.n_samples))
    windows = (0.1 * noise).astype(np.float32)
    seconds = []
    with one_core():
        for run in range(1 + n_batches):
            started = time.perf_counter()
            recognizer.posteriors(windows)
            if run:
                seconds.append(time.perf_counter() - started)
    rate = BATCH_SIZE / float(np.median(seconds))
    return {"batch_size": BATCH_SIZE, "clips_per_second": round(rate, 1)}
