"""SpecAugment policies: how far to warp and how much to hide, as published and for short clips.

Park et al., "SpecAugment: A Simple Data Augmentation Method for Automatic Speech Recognition",
Interspeech 2019, section 2 and table 1.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from kws_core.errors import AugmentError
from kws_core.features.front_ends import LogMelConfig

REFERENCE_MELS = 80
REFERENCE_FRAMES = 1000  # 10 ms each

_WIDEST = 100_000  # bands or frames


@dataclass(frozen=True)
class PolicySetting:
    """A number of a policy, for people.

    name: of the field. symbol: the paper's. limit: highest value. slider: highest value and step
    of the page's slider, from 0. sweep: values to try one after the other; empty where that shows
    little.
    """

    name: str
    symbol: str
    title: str
    unit: str
    purpose: str
    limit: float
    slider: tuple[float, float]
    sweep: tuple[float, ...] = ()

    @property
    def letters(self) -> str:
        """The symbol in links, such as mF."""
        return self.symbol.replace("_", "")

    @property
    def label(self) -> str:
        """The title with the symbol, for controls."""
        return f"{self.title.capitalize()} ({self.letters})"

    @property
    def is_whole(self) -> bool:
        """Whether the number is a whole one."""
        return isinstance(self.limit, int)


SETTINGS = (
    PolicySetting(
        "time_warp",
        "W",
        "time warp",
        "frames",
        "A point in time moves by up to W frames of 10 ms, and the rest is stretched to fit.",
        _WIDEST,
        slider=(80, 1),
        sweep=tuple(range(0, 41, 2)),
    ),
    PolicySetting(
        "freq_mask",
        "F",
        "width of a frequency mask",
        "bands",
        "A frequency mask hides 0 to F of the mel bands.",
        _WIDEST,
        slider=(LogMelConfig().n_mels, 1),
        sweep=tuple(range(0, LogMelConfig().n_mels + 1, 2)),
    ),
    PolicySetting(
        "n_freq_masks",
        "m_F",
        "number of frequency masks",
        "",
        "More masks hide more bands; they may overlap.",
        100,
        slider=(10, 1),
        sweep=tuple(range(11)),
    ),
    PolicySetting(
        "time_mask",
        "T",
        "width of a time mask",
        "frames",
        "A time mask hides 0 to T frames of 10 ms.",
        _WIDEST,
        slider=(100, 1),
        sweep=tuple(range(0, 101, 5)),
    ),
    PolicySetting(
        "n_time_masks",
        "m_T",
        "number of time masks",
        "",
        "More masks hide more of the time; they may overlap.",
        100,
        slider=(10, 1),
        sweep=tuple(range(11)),
    ),
    PolicySetting(
        "time_mask_share",
        "p",
        "widest time mask",
        "share of the clip",
        "No time mask is wider than this share of the clip.",
        1.0,
        slider=(1.0, 0.05),
    ),
)


@dataclass(frozen=True)
class SpecAugmentPolicy:
    """How far to warp and how much to hide; the paper's symbols are W, F, m_F, T, p and m_T.

    time_warp: largest move of a point in time, in frames. freq_mask, time_mask: largest width of
    a mask, in bands and in frames. n_freq_masks, n_time_masks: number of masks. time_mask_share:
    largest width of a time mask as a share of the clip. Raises AugmentError for values outside
    their limits.
    """

    time_warp: int = 0
    freq_mask: int = 0
    n_freq_masks: int = 0
    time_mask: int = 0
    time_mask_share: float = 1.0
    n_time_masks: int = 0

    def __post_init__(self) -> None:
        for setting in SETTINGS:
            value = getattr(self, setting.name)
            kind = int if setting.is_whole else (int, float)
            is_number = isinstance(value, kind) and not isinstance(value, bool)
            if not is_number or not 0 <= value <= setting.limit:
                wanted = "whole number" if setting.is_whole else "share"
                raise AugmentError(
                    f"SpecAugment can't use {setting.name} = {value!r:.40}: give a {wanted} from 0 "
                    f"to {setting.limit:g}."
                )

    def scaled(self, n_mels: int, n_frames: int) -> SpecAugmentPolicy:
        """Return the policy that hides the same shares of a log-mel of this size.

        The published policies are for 80 bands and utterances of ten seconds and more, taken as
        1000 frames; of one second, a single mask may hide everything. Widths and the warp are
        multiplied by n_mels / 80 and n_frames / 1000 and rounded, to 1 at least where they were
        not 0. `time_mask_share` and the numbers of masks stay, and so do policies for log-mels
        of the published size or larger.
        """

        def share(width: int, size: int, reference: int) -> int:
            return int(width * min(size / reference, 1.0) + 0.5) or min(width, 1)

        return SpecAugmentPolicy(
            share(self.time_warp, n_frames, REFERENCE_FRAMES),
            share(self.freq_mask, n_mels, REFERENCE_MELS),
            self.n_freq_masks,
            share(self.time_mask, n_frames, REFERENCE_FRAMES),
            self.time_mask_share,
            self.n_time_masks,
        )

    def n_centers(self, n_frames: int) -> int:
        """Return how many frames can be the one that is moved; 0 if `time_warp` is 0 or too large.

        Such a frame stays between the first and the last when it moves by `time_warp` either way.
        """
        return max(n_frames - 2 * self.time_warp - 2, 0) if self.time_warp else 0

    @property
    def does_something(self) -> bool:
        """Whether the policy changes any log-mel."""
        return bool(
            self.time_warp
            or (self.freq_mask and self.n_freq_masks)
            or (self.time_mask and self.n_time_masks and self.time_mask_share)
        )

    def to_values(self) -> dict[str, Any]:
        """Return the policy as plain JSON values, without settings that have their defaults."""
        usual = SpecAugmentPolicy()
        return {n: value for n, value in asdict(self).items() if value != getattr(usual, n)}

    @classmethod
    def from_values(cls, values: object) -> SpecAugmentPolicy:
        """Make the policy that `to_values` described.

        Raises AugmentError, whatever the values are.
        """
        if not isinstance(values, dict):
            raise AugmentError("A SpecAugment policy should be a group of named settings.")
        known = [f.name for f in fields(cls)]
        unknown = [name for name in values if name not in known]
        if unknown:
            raise AugmentError(
                f"SpecAugment has no setting {unknown[0]!r:.40}. It has: {', '.join(known)}."
            )
        return cls(**values)


# Table 1 of the paper.
LB = SpecAugmentPolicy(80, 27, 1, 100, 1.0, 1)
LD = SpecAugmentPolicy(80, 27, 2, 100, 1.0, 2)
SM = SpecAugmentPolicy(40, 15, 2, 70, 0.2, 2)
SS = SpecAugmentPolicy(40, 27, 2, 70, 0.2, 2)
POLICIES = {"LB": LB, "LD": LD, "SM": SM, "SS": SS}
POLICY_WORDS = {"LB": "basic", "LD": "double", "SM": "mild", "SS": "strong"}
POLICY_TITLES = {
    "LB": "LibriSpeech basic",
    "LD": "LibriSpeech double",
    "SM": "Switchboard mild",
    "SS": "Switchboard strong",
}
