"""A map that looks the same without training explains nothing.

Adebayo et al.: Sanity Checks for Saliency Maps (NeurIPS 2018).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from kws_core.audio.remembered import Floats
from kws_core.models import build_model

SEED: Final = 0


def untrained_twin(architecture: str, n_outputs: int, seed: int = SEED) -> nn.Module:
    """Return the same network with the weights it had before training, in evaluation mode.

    Raises UnknownModelError.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = build_model(architecture, n_outputs)
    return network.eval().requires_grad_(False)


@dataclass(frozen=True)
class Likeness:
    """How alike two maps are, as Spearman's rank correlations, -1 to 1.

    signed: of the cells as they are. sizes: without their signs.
    """

    signed: float
    sizes: float


def likeness(one: Floats, other: Floats, where: npt.NDArray[np.bool_]) -> Likeness:
    """Compare two maps in the cells `where`, all of the same shape; 0 if one of them is flat.

    where: leave out cells that the picture and its baseline have in common, which most methods
    can't tell apart from each other.
    """
    signed = _rank_correlation(one[where], other[where])
    return Likeness(signed, _rank_correlation(np.abs(one[where]), np.abs(other[where])))


def _rank_correlation(one: Floats, other: Floats) -> float:
    from scipy.stats import rankdata

    ranks = [rankdata(each) for each in (one, other)]
    if any(len(rank) < 2 or np.ptp(rank) == 0 for rank in ranks):
        return 0.0
    return float(np.corrcoef(*ranks)[0, 1])
