"""Every view of a clip: its settings, computation, drawing and explanation.

Nothing here knows Streamlit. `Sound` holds a clip, `ViewSettings` how to look at it. Each view is
one file in `views`; `spectra` and `levels` compute what several need, `charts` draws.
"""

from kws_core.audio.remembered import Sound
from kws_core.explore.settings import ViewSettings

__all__ = ["Sound", "ViewSettings"]
