"""Recipes of augmentation tried on one second of sound: drawn, heard, compared and taken along.

A `Recipe` is a chain of steps on the sound, then SpecAugment on its log-mel, with a seed. Nothing
here knows Streamlit::

    from kws_core import Recognizer
    from kws_core.lab import Recipe, Second
    from kws_core.lab.trial import heard
    from kws_core.lab.robustness import scores_of_draws

    second = Second(samples)                        # (16000,) at 16 kHz
    recipe = Recipe("Noise", Chain((Noise((0, 10)),)), seed=7)
    heard(second, recipe, recognizer).label         # what the model makes of draw 7
    scores_of_draws(second, recipe, range(50), recognizer)

`trial` applies a draw and asks a model, `robustness` does so for many draws and along a knob,
`kws_core.augment.inversion` makes a masked picture sound again, `draw_charts` and `score_charts`
draw, `export` writes a recipe as Python and as training settings, and `link` as an address.
"""

from kws_core.lab.recipe import Recipe
from kws_core.lab.second import Second

__all__ = ["Recipe", "Second"]
