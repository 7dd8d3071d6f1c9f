"""SpecAugment: warp the time of a log-mel picture, hide bands and frames of it.

Park et al., "SpecAugment: A Simple Data Augmentation Method for Automatic Speech Recognition",
Interspeech 2019, section 2. A policy says how much, a draw says where, applying a draw is pure::

    policy = LD.scaled(n_mels=40, n_frames=98)
    drawn = draw(policy, n_mels=40, n_frames=98, seed=7)
    drawn.freq_masks, drawn.time_masks   # ((f0, f), ...), ((t0, t), ...)
    drawn.apply(log_mel, fill="mean")

    apply_to_batch(log_mels, policy, generator)     # training: another draw for every picture
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import torch
from torch import Generator, Tensor

from kws_core.augment.log_mel import covered, take_frames
from kws_core.augment.policies import SpecAugmentPolicy
from kws_core.errors import AugmentError

Fill = Literal["mean", "zero", "minimum", "noise"]
FILLS: tuple[Fill, ...] = get_args(Fill)

_Pair = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class SpecAugmentDraw:
    """What is done to one picture of ``(n_mels, n_frames)``.

    warp_from: the frame that moves, None if none does; warp_by: by how many frames, later if
    positive. freq_masks: first band and number of bands of each mask; time_masks: the same in
    frames. noise_seed: for the fill "noise".
    """

    n_mels: int
    n_frames: int
    warp_from: int | None = None
    warp_by: int = 0
    freq_masks: tuple[tuple[int, int], ...] = ()
    time_masks: tuple[tuple[int, int], ...] = ()
    noise_seed: int = 0

    @property
    def hidden_share(self) -> float:
        """Share of the picture that the masks hide, 0 to 1."""
        bands = {band for first, n in self.freq_masks for band in range(first, first + n)}
        frames = {frame for first, n in self.time_masks for frame in range(first, first + n)}
        seen = (self.n_mels - len(bands)) * (self.n_frames - len(frames))
        return 1.0 - seen / (self.n_mels * self.n_frames)

    def apply(self, log_mel: Tensor | npt.NDArray[Any], fill: Fill = "mean") -> Tensor:
        """Return the changed picture, ``(n_mels, n_frames)``; the given one stays as it is.

        First the warp, then the masks, filled with the warped picture's mean, with zero (which is
        the mean only of normalised pictures, as in the paper), with its minimum, or with Gaussian
        noise of its mean and standard deviation. Raises AugmentError for another shape or fill.
        """
        return apply_draws(torch.as_tensor(log_mel)[None], [self], fill)[0]


def draw(policy: SpecAugmentPolicy, n_mels: int, n_frames: int, seed: int) -> SpecAugmentDraw:
    """Draw for one picture; the same seed gives the same draw.

    * Frequency masks: width f ~ U{0, ..., F}, at most n_mels; first band f0 ~ U[0, n_mels - f).
    * Time masks: width t ~ U{0, ..., T}, at most p * n_frames (a wider one becomes that wide,
      as in the authors' Lingvo); first frame t0 ~ U[0, n_frames - t).
    * Time warp: frame w0 moves to w0 + w, with w ~ U{-W, ..., W} and w0 uniform among the
      frames that stay between the first and the last one whatever w is. None if no frame does.

    The seed stands for unit numbers that the policy stretches: with another W, F, T or p every
    mask keeps its relative place, and one mask more leaves the others where they were.
    """
    if seed < 0:
        raise AugmentError(f"The seed {seed} is negative. Give a whole number from 0.")

    def unit(stream: int, *shape: int) -> Tensor:
        return torch.from_numpy(np.random.default_rng([seed, stream]).random(shape))

    warp = _warp(unit(0, 2), policy, n_frames)
    bands = _freq_masks(unit(1, policy.n_freq_masks, 2), policy, n_mels)
    frames = _time_masks(unit(2, policy.n_time_masks, 2), policy, n_frames)
    return SpecAugmentDraw(
        n_mels,
        n_frames,
        None if warp is None else int(warp[0]),
        0 if warp is None else int(warp[1]),
        _pairs(*bands),
        _pairs(*frames),
        noise_seed=int(np.random.default_rng([seed, 3]).integers(2**32)),
    )


def apply_draws(log_mel: Tensor, draws: Sequence[SpecAugmentDraw], fill: Fill = "mean") -> Tensor:
    """Apply to each picture of ``(batch, n_mels, n_frames)`` its draw, as `SpecAugmentDraw.apply`.

    Raises AugmentError for another shape or fill than they were drawn for.
    """
    for drawn in draws:
        if log_mel.shape[1:] != (drawn.n_mels, drawn.n_frames):
            raise AugmentError(
                f"These masks were drawn for {drawn.n_mels} bands and {drawn.n_frames} frames, not "
                f"for a picture of shape {tuple(log_mel.shape[1:])}. Draw again for that size."
            )
    warp = None
    if any(drawn.warp_from is not None for drawn in draws):
        # Where nothing is warped, the middle moves by nothing.
        centers = [drawn.warp_from or drawn.n_frames // 2 for drawn in draws]
        warp = torch.tensor(centers), torch.tensor([drawn.warp_by for drawn in draws])
    bands = _tensors([drawn.freq_masks for drawn in draws])
    frames = _tensors([drawn.time_masks for drawn in draws])

    def noise() -> Tensor:
        seeded = [Generator().manual_seed(drawn.noise_seed) for drawn in draws]
        return torch.stack([torch.randn(log_mel.shape[1:], generator=each) for each in seeded])

    return _applied(log_mel, warp, bands, frames, fill=fill, noise=noise)


def apply_to_batch(
    log_mel: Tensor, policy: SpecAugmentPolicy, generator: Generator, fill: Fill = "mean"
) -> Tensor:
    """Draw for every picture of ``(batch, n_mels, n_frames)`` on its own, and apply.

    The laws are those of `draw`, the fills those of `SpecAugmentDraw.apply`, each of its own
    picture. The generator may be on another device than the pictures.
    """
    batch, n_mels, n_frames = log_mel.shape

    def unit(*shape: int) -> Tensor:
        numbers = torch.rand(batch, *shape, generator=generator, device=generator.device)
        return numbers.to(log_mel.device)

    warp = _warp(unit(2), policy, n_frames)
    bands = _freq_masks(unit(policy.n_freq_masks, 2), policy, n_mels)
    frames = _time_masks(unit(policy.n_time_masks, 2), policy, n_frames)

    def noise() -> Tensor:
        return torch.randn(log_mel.shape, generator=generator, device=generator.device)

    return _applied(log_mel, warp, bands, frames, fill=fill, noise=noise)


# From unit numbers (..., 2) to first line and width of masks, or to center and distance of warps.


def _freq_masks(unit: Tensor, policy: SpecAugmentPolicy, n_mels: int) -> _Pair:
    return _masks(unit, policy.freq_mask, n_mels, n_mels)


def _time_masks(unit: Tensor, policy: SpecAugmentPolicy, n_frames: int) -> _Pair:
    cap = math.floor(policy.time_mask_share * n_frames + 1e-9)  # 0.29 * 100 is 28.99... in floats
    return _masks(unit, policy.time_mask, n_frames, cap)


def _masks(unit: Tensor, widest: int, size: int, cap: int) -> _Pair:
    width = (unit[..., 0] * (widest + 1)).long().clamp_max(cap)
    first = (unit[..., 1] * (size - width)).long()
    return first, width


def _warp(unit: Tensor, policy: SpecAugmentPolicy, n_frames: int) -> _Pair | None:
    n_centers, furthest = policy.n_centers(n_frames), policy.time_warp
    if not n_centers:
        return None
    center = furthest + 1 + (unit[..., 0] * n_centers).long()
    distance = (unit[..., 1] * (2 * furthest + 1)).long() - furthest
    return center, distance


def _pairs(first: Tensor, width: Tensor) -> tuple[tuple[int, int], ...]:
    return tuple(zip(first.tolist(), width.tolist(), strict=True))


def _tensors(masks: Sequence[tuple[tuple[int, int], ...]]) -> _Pair:
    most = max(map(len, masks), default=0)
    padded = [(*some, *((0, 0),) * (most - len(some))) for some in masks]
    both = torch.tensor(padded, dtype=torch.long).reshape(len(masks), -1, 2)  # (batch, mask, 2)
    return both[..., 0], both[..., 1]


def _applied(
    log_mel: Tensor,  # (batch, n_mels, n_frames)
    warp: _Pair | None,  # each (batch,)
    bands: _Pair,  # first and width, each (batch, n_masks)
    frames: _Pair,
    *,
    fill: Fill,
    noise: Callable[[], Tensor],  # of the pictures' shape
) -> Tensor:
    if warp is not None:
        log_mel = take_frames(log_mel, _source(*warp, log_mel.shape[2]))
    hidden_bands = covered(bands[0], bands[1], log_mel.shape[1])[:, :, None]
    hidden_frames = covered(frames[0], frames[1], log_mel.shape[2])[:, None, :]
    return torch.where(hidden_bands | hidden_frames, _filling(log_mel, fill, noise), log_mel)


def _source(center: Tensor, distance: Tensor, n_frames: int) -> Tensor:
    """Return which frame of the original each frame shows, ``(batch, n_frames)``, not whole.

    Linear from the first frame to the target of the center, and from there to the last.
    """
    frame, last = torch.arange(n_frames, device=center.device), n_frames - 1
    center, target = center[:, None], (center + distance)[:, None]
    before = frame * (center / target)
    after = last - (last - frame) * ((last - center) / (last - target))
    return torch.where(frame < target, before, after)


def _filling(log_mel: Tensor, fill: Fill, noise: Callable[[], Tensor]) -> Tensor:
    match fill:
        case "mean":
            return log_mel.mean(dim=(1, 2), keepdim=True)
        case "zero":
            return log_mel.new_zeros(1)
        case "minimum":
            return log_mel.amin(dim=(1, 2), keepdim=True)
        case "noise":
            mean = log_mel.mean(dim=(1, 2), keepdim=True)
            deviation = log_mel.std(dim=(1, 2), keepdim=True, correction=0)
            return mean + deviation * noise().to(log_mel.device, log_mel.dtype)
    raise AugmentError(f"Masks can't be filled with {fill!r}. Choose one of: {', '.join(FILLS)}.")
