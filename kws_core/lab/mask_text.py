"""SpecAugment in words and numbers: a draw, a fill, and policies too large for one second."""

from __future__ import annotations

from kws_core.audio.remembered import Floats
from kws_core.augment.policies import SpecAugmentPolicy
from kws_core.augment.specaugment import Fill, SpecAugmentDraw
from kws_core.augment.step import signed
from kws_core.charts.style import percent
from kws_core.features.front_ends import LN_TO_DB, LogMelConfig
from kws_core.features.mel import mel_edges

Row = tuple[str, str, str]


def drawn_numbers(draw: SpecAugmentDraw, config: LogMelConfig) -> list[Row]:
    """Return the parts of a draw: name in the chart, the paper's symbols, place in s or Hz."""
    rows: list[Row] = []
    hop = config.hop_length / config.sample_rate
    if draw.warp_from is not None:
        w0, w = draw.warp_from, draw.warp_by
        numbers = f"w0 = {w0}, w = {signed(w, 0) if w else 0}"
        start, end = (float(config.frame_times[frame]) for frame in (w0, w0 + w))
        rows.append(("warp", numbers, f"{start:.2f} to {end:.2f} s"))
    edges = mel_edges(config.n_mels, config.f_min, config.f_max, config.mel_scale).tolist()
    for i, (f0, f) in enumerate(draw.freq_masks, 1):
        place = f"{edges[f0]:.0f} to {edges[f0 + f + 1]:.0f} Hz" if f else "empty"
        rows.append((f"f{i}", f"f0 = {f0}, f = {f}", place))
    for i, (t0, t) in enumerate(draw.time_masks, 1):
        start = float(config.frame_times[min(t0, draw.n_frames - 1)]) - hop / 2
        place = f"{start:.2f} to {start + t * hop:.2f} s" if t else "empty"
        rows.append((f"t{i}", f"t0 = {t0}, t = {t}", place))
    return rows


def fill_text(fill: Fill, log_mel: Floats) -> str:
    """Explain a fill with the numbers of a log-mel (bands, frames) in ln(power)."""
    levels = log_mel * LN_TO_DB
    mean, low, high = (float(value) for value in (levels.mean(), levels.min(), levels.max()))
    match fill:
        case "mean":
            return (
                f"**Mean**: {_db(mean)}, the average of this log-mel. Masked cells hint at neither "
                "sound nor silence."
            )
        case "zero":
            below = float((levels < 0).mean())
            effect = (
                f"brighter than {percent(below)} of this log-mel: each mask looks like loud sound"
                if below >= 0.5
                else f"and only {percent(below)} of this log-mel is below it"
            )
            return (
                f"**Zero**: 0 dB, {effect}. Zero is not silence on a logarithmic scale. In the "
                "paper it is the mean, because log-mels are normalised first; this one has a mean "
                f"of {_db(mean)} and ranges from {_db(low)} to {_db(high)}."
            )
        case "minimum":
            return (
                f"**Minimum**: {_db(low)}, the quietest cell of this log-mel. Masks look like "
                "silence, as if the word had gaps."
            )
        case "noise":
            return (
                f"**Noise**: Gaussian, with the mean ({_db(mean)}) and standard deviation "
                f"({float(levels.std()):.0f} dB) of this log-mel. Masks are not flat patches that "
                "a network could learn to spot."
            )


def too_large(policy: SpecAugmentPolicy, n_mels: int, n_frames: int) -> tuple[str, ...]:
    """List the parts of a policy that are too large for this log-mel, one sentence each."""
    found = []
    widest = min(policy.time_mask, int(policy.time_mask_share * n_frames + 1e-9))
    if policy.n_time_masks and widest >= n_frames / 2:
        hidden = "all" if widest >= n_frames else str(widest)
        found.append(
            f"T = {policy.time_mask} frames: a single time mask may hide {hidden} of the "
            f"{n_frames} frames in a second."
        )
    if policy.time_warp and not policy.n_centers(n_frames):
        found.append(
            f"W = {policy.time_warp} frames: no point can move that far either way within "
            f"{n_frames} frames, so nothing is warped."
        )
    if policy.n_freq_masks and policy.freq_mask >= n_mels / 2:
        hidden = percent(min(policy.freq_mask / n_mels, 1.0))
        found.append(
            f"F = {policy.freq_mask} bands: a single frequency mask may hide {hidden} of the "
            f"{n_mels} bands; the paper has 80."
        )
    return tuple(found)


def _db(level: float) -> str:
    # Without a sign for zero, and with a true minus.
    return f"{round(level) + 0} dB".replace("-", "−")
