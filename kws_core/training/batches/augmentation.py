"""How much training changes its clips: the settings, and three strengths of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kws_core.augment.policies import SpecAugmentPolicy

_MASKS = SpecAugmentPolicy(freq_mask=8, n_freq_masks=1, time_mask=10, n_time_masks=2)


@dataclass(frozen=True)
class AugmentSettings:
    """How much is changed in training: ranges in dB, frames (10 ms), bands and shares."""

    balance: float = 0.5  # 0: a word comes as often as it has clips, 1: all equally often
    silence_share: float = 0.06
    unknown_share: float = 0.12
    other_share: float = 0.55  # of the other unknown: other words; the rest is made of cut words
    more_share: float = 0.6  # of the other words: from a folder of more speech, if there is one
    piece_share: float = 0.6  # of the other words: a stretch with silence around it
    fluent_share: float = 0.5  # of the unknown: windows of fluent English, if there is any
    fluent_piece_share: float = 0.15  # of those: a stretch with silence around it
    hard_share: float = 0.4  # of those: windows that the network took for a word
    reversed_share: float = 0.25  # of the cut words: played backwards instead
    max_shift: int = 30
    stay_share: float = 0.3  # of the words: left where they were said, cut off or not
    lost: float = 0.1  # of the others: how much of a word may leave its second, at most
    stretch_share: float = 0.5  # not all: interpolation smooths, and what is heard is sharp
    stretch_time: float = 0.15
    hurry: float = 0.3  # how much shorter a hurried word is, at most
    stretch_bands: float = 0.10
    noise_share: float = 0.6
    snr_db: tuple[float, float] = (0.0, 30.0)
    babble_share: float = 0.2  # of the noise: other speech in the background
    reverb_share: float = 0.3
    gain_db: tuple[float, float] = (-25.0, 10.0)
    curve_db: float = 3.0
    neighbour_share: float = 0.15
    neighbour_gap: tuple[int, int] = (3, 15)  # frames between a word and its neighbour
    cut_share: float = 0.15  # digital silence before and after the word
    clip_share: float = 0.05
    clip_over_db: tuple[float, float] = (-4.0, 12.0)
    band_limit_share: float = 0.1
    masks: SpecAugmentPolicy = _MASKS


MEDIUM = AugmentSettings(
    silence_share=0.05,
    unknown_share=0.15,
    other_share=0.75,
    more_share=0.7,
    max_shift=20,
    stretch_time=0.12,
    stretch_bands=0.08,
    noise_share=0.45,
    reverb_share=0.2,
    curve_db=2.5,
    masks=SpecAugmentPolicy(freq_mask=5, n_freq_masks=1, time_mask=6, n_time_masks=2),
)
# For the last epochs: closer to how people speak to a good microphone, as validation clips do.
MILD = AugmentSettings(
    silence_share=0.05,
    unknown_share=0.15,
    other_share=0.75,
    more_share=0.7,
    max_shift=15,
    stretch_time=0.08,
    hurry=0.2,
    stretch_bands=0.05,
    noise_share=0.4,
    snr_db=(5.0, 30.0),
    reverb_share=0.15,
    gain_db=(-20.0, 6.0),
    curve_db=2.0,
    masks=SpecAugmentPolicy(freq_mask=4, n_freq_masks=1, time_mask=6, n_time_masks=1),
)
# A command stands alone: what is heard inside a sentence is unknown, a keyword too. So nearly half
# of a batch is unknown, and neighbours keep a short pause.
ALONE = replace(
    MEDIUM,
    unknown_share=0.42,
    other_share=0.75,
    fluent_share=0.65,
    max_shift=24,
    noise_share=0.5,
    snr_db=(-3.0, 30.0),
    neighbour_share=0.25,
    neighbour_gap=(12, 45),
)
AUGMENTATIONS = {"full": AugmentSettings(), "medium": MEDIUM, "mild": MILD, "alone": ALONE}
