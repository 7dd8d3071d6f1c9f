"""How many clips a second each architecture learns from: forward, backward and step, alone.

Choose what to train on a machine by it: ``python -m bench.training``, with ``--bfloat16`` to see
whether its processor is faster that way. Making the batches comes on top.
"""

from __future__ import annotations

import argparse
import datetime
import statistics
import time

import torch
from torch.nn import functional as F

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.evaluation.machine import processor
from kws_core.models.registry import ARCHITECTURES, Architecture, count_parameters
from kws_core.training.compute import Compute
from kws_core.training.optimization import TrainingSettings, make_optimizer


def clips_per_second(made: Architecture, compute: Compute, batch_size: int, n_steps: int) -> float:
    """Return the median over steps of one batch each, of noise, after two to warm up."""
    network = made.make_network(len(made.labels)).train()
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = make_optimizer(network, TrainingSettings())
    inputs = made.make_front_end()(torch.randn(batch_size, SAMPLE_RATE))
    target = torch.randint(len(made.labels), (batch_size,))
    seconds = []
    for _ in range(2 + n_steps):
        started = time.perf_counter()
        with compute.autocast():
            logits = network(inputs)
        optimizer.zero_grad()
        F.cross_entropy(logits.float(), target).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        seconds.append(time.perf_counter() - started)
    return batch_size / statistics.median(seconds[2:])


def main() -> None:
    """Print a table row per architecture."""
    parser = argparse.ArgumentParser(description="Time a step of training of every architecture.")
    parser.add_argument("--model", action="append", choices=sorted(ARCHITECTURES))
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--bfloat16", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    compute = Compute(bfloat16=options.bfloat16)
    kind = "bfloat16" if options.bfloat16 else "float32"
    print(
        f"{datetime.date.today().isoformat()}, {processor()}, {options.threads} thread(s), "
        f"{kind}, batches of {options.batch_size}\n"
    )
    print("| network | weights | clips a second |\n|---|---|---|")
    for name in options.model or ARCHITECTURES:
        made = ARCHITECTURES[name]
        rate = clips_per_second(made, compute, options.batch_size, options.steps)
        weights = count_parameters(made.make_network(len(made.labels)))
        print(f"| {made.title} | {weights:,} | {rate:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
