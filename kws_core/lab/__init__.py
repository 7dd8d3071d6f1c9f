"""Recipes of augmentation, tried on one second of sound and heard by models.

A `Recipe` is a chain of steps on the sound, then SpecAugment on its log-mel, with a seed. A
`Trial` is a recipe on a second of sound, in front of models::

    from kws_core import Recognizer
    from kws_core.augment import Chain
    from kws_core.augment.steps.noise import Noise
    from kws_core.lab import Recipe, Second, Trial
    from kws_core.lab.robustness import scores_of_draws

    model = Recognizer.load()
    recipe = Recipe("Noise", Chain([Noise(max_snr_db=10)]), seed=7)
    trial = Trial(Second(samples), recipe, (model,), model)       # (16000,) at 16 kHz
    trial.answer(model).label                                     # for draw 7
    scores_of_draws(trial, range(50), model).kept("marvin")       # of 50 draws

`robustness` scores many draws, and sweeps one number (`knobs`). `draw_charts`, `score_charts` and
`sweep_charts` draw, `python_code` writes a recipe as a script, and `link` as a page address.
"""

from kws_core.lab.recipe import Recipe
from kws_core.lab.second import Second
from kws_core.lab.trial import Trial

__all__ = ["Recipe", "Second", "Trial"]
