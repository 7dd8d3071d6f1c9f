"""Several processes that train one network, on GPUs of one machine or of several.

Start them with ``torchrun --nproc-per-node N -m kws_core train ...``. All draw the same batch
from the same generator and each learns from its own rows of it, r, r + N, r + 2 N, ... for
process r; the gradients are averaged (DistributedDataParallel, Li et al. 2020). So N processes
make the steps that one would make on the whole batch, as far as the network treats each clip for
itself. Two things do not: batch norm, whose mean and variance are those of a process's own rows
on a CPU (on GPUs SyncBatchNorm takes them over all rows), and dropout, which draws other numbers
in each process. With them the runs differ as two seeds do.

On several machines, all processes have to see the same data, cache and run folders.
"""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from tqdm import tqdm

from kws_core.errors import TrainingError
from kws_core.training.compute import Compute

# The others wait so long while the main process fetches and decodes data, or validates.
_TIMEOUT = datetime.timedelta(hours=6)


def rank() -> int:
    """Return the number of this process, from 0."""
    return dist.get_rank() if _together() else 0


def world_size() -> int:
    """Return how many processes train together; 1 without torchrun."""
    return dist.get_world_size() if _together() else 1


def local_rank() -> int:
    """Return the number of this process on its machine, from 0."""
    return int(os.environ.get("LOCAL_RANK", 0))


def is_main() -> bool:
    """Say whether this is the process that logs, validates and saves."""
    return rank() == 0


@contextmanager
def process_group(compute: Compute) -> Iterator[None]:
    """Join the other processes if torchrun started this one; without it, do nothing."""
    if int(os.environ.get("WORLD_SIZE", 1)) == 1:
        yield
        return
    on_gpu = compute.device.type == "cuda"
    if on_gpu:
        torch.cuda.set_device(compute.device)
    dist.init_process_group("nccl" if on_gpu else "gloo", timeout=_TIMEOUT)
    try:
        yield
    finally:
        dist.destroy_process_group()


def say(line: str) -> None:
    """Print a line on standard error, once for all processes."""
    if is_main():
        tqdm.write(line, file=sys.stderr)


def wait_for_all() -> None:
    """Go on when every process has come here."""
    if _together():
        dist.barrier()


@contextmanager
def main_first() -> Iterator[None]:
    """Let the main process go ahead (to decode and cache the data), and the others follow."""
    if not is_main():
        dist.barrier()
    yield
    if is_main() and _together():
        dist.barrier()


def check_batch_size(size: int) -> None:
    """Raise `TrainingError` if a batch can't be shared out evenly."""
    if size % world_size():
        raise TrainingError(
            f"A batch of {size} clips can't be shared out evenly among {world_size()} processes: "
            "choose batch_size as a multiple of their number."
        )


def own_rows(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Return the rows of a batch that this process learns from."""
    return tuple(tensor[rank() :: world_size()] for tensor in tensors)


def wrap(network: nn.Module, compute: Compute) -> nn.Module:
    """Return a network whose gradients are averaged over all processes.

    It shares its weights with `network`. Alone, that is the network itself.
    """
    if not _together():
        return network
    if compute.device.type == "cuda":
        network = nn.SyncBatchNorm.convert_sync_batchnorm(network)  # type: ignore[no-untyped-call]
    return DistributedDataParallel(network)


def mean_over_processes(value: float, compute: Compute) -> float:
    """Return the mean of a figure that each process has its own of."""
    if not _together():
        return value
    total = torch.tensor(value, dtype=torch.float64, device=compute.device)
    dist.all_reduce(total)
    return float(total) / world_size()


def _together() -> bool:
    return dist.is_available() and dist.is_initialized()
