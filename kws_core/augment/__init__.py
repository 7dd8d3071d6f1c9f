"""Changes to sound and to log-mels: numbers are drawn, then applied.

A chain is a list of steps that changes a clip. A draw is a value that can be shown and replayed::

    from kws_core.augment import Chain
    from kws_core.augment.steps.gain import Gain
    from kws_core.augment.steps.noise import Noise

    chain = Chain([Noise(min_snr_db=5, max_snr_db=20, probability=0.5), Gain()])
    changed = chain(samples, 16_000, seed=7)     # float32 (n,), as long as `samples` (n,)

    drawn = chain.draw(seed=7)                   # the same seed gives the same draw
    [str(draw) for draw in drawn]                # ["pink noise, +6.2 dB SNR", "−3.1 dB"]
    drawn.apply(samples, 16_000)                 # the same sound again

`STEPS` has every kind of step, `kws_core.augment.steps` one file for each. `Background` adds
recordings by name: ``chain(samples, rate, seed=7, recordings=recordings)``. Wrong settings raise
`AugmentError`.

Training uses a part of this package. Models of log-mels, such as ds-resnet and two-towers, are
trained with `kws_core.augment.log_mel` and `kws_core.augment.specaugment`, which take and give
batches of log-mels as torch tensors. Models of waves, seed-cnn and m5, are trained with the steps
`Speed`, `Reverberation`, `BandLimit`, `Clipping` and `Gain`. The other steps are for trying out.
"""

from kws_core.augment.chain import Chain, ChainDraw
from kws_core.augment.step import Draw, Recordings, Step
from kws_core.augment.steps import STEPS

__all__ = ["STEPS", "Chain", "ChainDraw", "Draw", "Recordings", "Step"]
