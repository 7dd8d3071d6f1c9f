"""How much SpecAugment does: the published policies, and the same for shorter clips.

Park et al., "SpecAugment: A Simple Data Augmentation Method for Automatic Speech Recognition",
Interspeech 2019, section 2 and table 1.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields

from kws_core.errors import AugmentError

REFERENCE_MELS = 80
REFERENCE_FRAMES = 1000  # 10 ms each

_MOST = {"n_freq_masks": 100, "n_time_masks": 100}
_WIDEST = 100_000  # bands or frames


@dataclass(frozen=True)
class SpecAugmentPolicy:
    """How far to warp and how much to hide; the paper's letters are W, F, m_F, T, p and m_T.

    time_warp: most frames that a point in time moves. freq_mask, time_mask: most bands and frames
    of a mask. n_freq_masks, n_time_masks: how many. time_mask_share: widest time mask as a share
    of the clip. Raises AugmentError for values that make no sense.
    """

    time_warp: int = 0
    freq_mask: int = 0
    n_freq_masks: int = 0
    time_mask: int = 0
    time_mask_share: float = 1.0
    n_time_masks: int = 0

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            whole = name != "time_mask_share"
            most = _MOST.get(name, _WIDEST) if whole else 1
            kind = int if whole else (int, float)
            if isinstance(value, bool) or not isinstance(value, kind) or not 0 <= value <= most:
                wanted = f"a {'whole number' if whole else 'share'} from 0 to {most}"
                raise AugmentError(f"SpecAugment can't use {name} = {value!r:.40}: give {wanted}.")

    def scaled(self, n_mels: int, n_frames: int) -> SpecAugmentPolicy:
        """Return the policy that hides the same shares of a picture of this size.

        The published ones are for 80 bands and utterances of ten seconds and more, taken as 1000
        frames: of a second, one mask may hide everything. Widths and the warp are multiplied by
        n_mels / 80 and n_frames / 1000, rounded, and are at least 1 where they were not 0;
        `time_mask_share` and the numbers of masks stay. Larger pictures get the policy as it is.
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

    def n_centres(self, n_frames: int) -> int:
        """Return how many frames of a clip may be warped; none if `time_warp` is 0 or too large.

        They can move by `time_warp` either way and stay between the first and the last frame.
        """
        return max(n_frames - 2 * self.time_warp - 2, 0) if self.time_warp else 0

    def to_json(self) -> str:
        """Return the policy as JSON text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> SpecAugmentPolicy:
        """Make the policy that `to_json` wrote; settings left out are 0 (p: 1).

        Raises AugmentError, whatever the text is.
        """
        try:
            settings = dict(json.loads(text))
        except (ValueError, TypeError, RecursionError) as error:
            raise AugmentError(
                "This is no SpecAugment policy: it should be JSON with named settings. "
                "Copy the whole text or link again."
            ) from error
        known = [f.name for f in fields(cls)]
        unknown = [name for name in settings if name not in known]
        if unknown:
            raise AugmentError(
                f"SpecAugment has no setting {unknown[0]!r:.40}. It has: {', '.join(known)}."
            )
        return cls(**settings)


LB = SpecAugmentPolicy(80, 27, 1, 100, 1.0, 1)  # LibriSpeech basic
LD = SpecAugmentPolicy(80, 27, 2, 100, 1.0, 2)  # LibriSpeech double
SM = SpecAugmentPolicy(40, 15, 2, 70, 0.2, 2)  # Switchboard mild
SS = SpecAugmentPolicy(40, 27, 2, 70, 0.2, 2)  # Switchboard strong
POLICIES = {"LB": LB, "LD": LD, "SM": SM, "SS": SS}  # table 1 of the paper
