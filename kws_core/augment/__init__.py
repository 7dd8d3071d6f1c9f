"""Changes to clips and pictures: one implementation, used by training and by the Augment page.

Everything is drawn, then applied. A step has ranges (a default, limits and a unit each), a draw
has the numbers for one clip, and applying a draw is pure and keeps the length::

    from kws_core.augment import Background, Chain, Gain, Noise, Shift

    chain = Chain((Shift((-0.1, 0.1)), Noise((5, 20), probability=0.5), Gain()))
    draw = chain.draw(seed=7)             # the same seed gives the same draw
    draw.draws                            # (("shift", ShiftDraw(0.04)), ("noise", None), ...)
    draw.apply(samples, 16_000)           # float32 (n,), as long as `samples` (n,)
    dict(draw.stages(samples, 16_000))    # the clip after every step
    Chain.from_json(chain.to_json())      # the same chain

One step alone: ``Gain((-6, 6)).draw(np.random.default_rng(7)).apply(samples, 16_000)``.
`Background` adds recordings, which it knows by name: ``draw.apply(samples, rate, recordings)``.

Steps: `Noise`, `Background`, `Shift`, `Gain`, `Speed`, `Tempo`, `Pitch`, `Reverberation`,
`BandLimit`, `Resampling`, `Codec`, `Clipping`. Wrong settings raise `AugmentError`.
SpecAugment is in `kws_core.augment.specaugment`, other changes to batches of log-mel pictures in
`kws_core.augment.log_mel`; both take and give torch tensors.
"""

from kws_core.augment.chain import STEP_KINDS, Chain, ChainDraw
from kws_core.augment.channel import BandLimit, Resampling
from kws_core.augment.codec import Codec
from kws_core.augment.level import Clipping, Gain
from kws_core.augment.noise import Background, Noise
from kws_core.augment.room import Reverberation
from kws_core.augment.steps import Draw, Recordings, Step
from kws_core.augment.timing import Pitch, Shift, Speed, Tempo

__all__ = [
    "STEP_KINDS",
    "Background",
    "BandLimit",
    "Chain",
    "ChainDraw",
    "Clipping",
    "Codec",
    "Draw",
    "Gain",
    "Noise",
    "Pitch",
    "Recordings",
    "Resampling",
    "Reverberation",
    "Shift",
    "Speed",
    "Step",
    "Tempo",
]
