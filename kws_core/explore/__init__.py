"""Every view of a clip: its settings, what is computed, how it is drawn, and what to see in it.

Nothing here knows Streamlit. `Sound` holds a clip, `ViewSettings` how to look at it; `spectra`,
`tracks` and `parts` compute, `panes` and `charts` draw.
"""

from kws_core.audio.remembered import Sound
from kws_core.explore.settings import ViewSettings

__all__ = ["Sound", "ViewSettings"]
