"""Where the network is computed: on the processor, or on a GPU in bfloat16 where it can."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from kws_core.errors import TrainingError

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Compute:
    """A device, and whether products there are computed in bfloat16 (weights stay float32)."""

    device: torch.device = CPU
    bfloat16: bool = False

    def autocast(self) -> torch.autocast:
        """Return the context in which a network is asked."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16)


def choose_compute(
    name: str = "auto", local_rank: int = 0, *, cpu_bfloat16: bool = False
) -> Compute:
    """Return the device of this name: cpu, cuda, or auto for a GPU if there is one.

    local_rank: the number of this process on this machine; each process gets a GPU of its own.
    cpu_bfloat16: whether a processor computes in bfloat16 too, as a GPU does wherever it can.
    Raises `TrainingError` if there is no such device.
    """
    if name == "cpu" or (name == "auto" and not torch.cuda.is_available()):
        return Compute(bfloat16=cpu_bfloat16)
    if not torch.cuda.is_available():
        raise TrainingError(
            f"There is no GPU that torch {torch.__version__} can use: train with --device cpu, or "
            "install the torch build for your GPU (its driver has to fit)."
        )
    n_gpus = torch.cuda.device_count()
    if local_rank >= n_gpus:
        raise TrainingError(
            f"Process {local_rank + 1} of this machine has no GPU of its own: there are {n_gpus}. "
            "Start fewer with torchrun --nproc-per-node, or train with --device cpu."
        )
    return Compute(torch.device("cuda", local_rank), torch.cuda.is_bf16_supported())
