"""A player for a clip, with a cursor that runs over the clip's picture.

Streamlit's own player shows no picture, and tells nobody where it is. This one runs in the
browser alone: playing and seeking never run the page's script again.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from kws_core.audio.waveform import SAMPLE_RATE, to_wav
from kws_core.ui.shared.component import component

_HTML = """
<div class="player" role="group">
  <button type="button" class="play" aria-label="Play">
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path class="start" d="M8 5v14l11-7z"/>
      <path class="stop" d="M7 5h4v14H7zm6 0h4v14h-4z"/>
    </svg>
  </button>
  <input type="range" class="seek" aria-label="Position" min="0" step="0.001" value="0">
  <span class="time"></span>
  <label class="loop" title="Repeat" hidden>
    <input type="checkbox" aria-label="Repeat">
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d="M7 7h10v3l4-4-4-4v3H5v6h2zm10 10H7v-3l-4 4 4 4v-3h12v-6h-2z"/>
    </svg>
  </label>
  <a class="save" title="Download as WAV">
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d="M5 20h14v-2H5zM19 9h-4V3H9v6H5l7 7z"/>
    </svg>
  </a>
  <audio preload="auto"></audio>
</div>
"""

_mount = component(__file__, "player", _HTML)


def player(
    samples: npt.NDArray[Any],
    *,
    key: str,
    sample_rate: int = SAMPLE_RATE,
    figure_key: str | Sequence[str] | None = None,
    label: str = "clip",
    loop: bool = False,
) -> None:
    """Show a player for samples (n,), at their own level.

    key: of this player; two players on a page need two. figure_key: the `key` of a
    `st.plotly_chart`, or of several, whose x axis is in seconds: they zoom together, the cursor
    runs over them, and a click seeks. label: the sound's name, for screen readers and for the
    downloaded file. loop: play only the part that the charts are zoomed to, and offer to repeat it.
    """
    stem = re.sub(r"[^a-z0-9]+", "-", re.sub(r"\.\w{1,4}$", "", label.lower())).strip("-")
    figures = [figure_key] if isinstance(figure_key, str) else figure_key or ()
    data = {
        "key": key,
        # Text, because Streamlit passes bytes only where they are all there is.
        "wav": base64.b64encode(to_wav(samples, sample_rate)).decode("ascii"),
        "duration": len(samples) / sample_rate,
        "figures": [_class_name(one) for one in figures],
        "loop": loop,
        "label": label,
        "file": f"{stem or 'clip'}.wav",
    }
    _mount(key=key, data=data)


def _class_name(key: str) -> str:
    """Return the class that Streamlit gives to the element with a key."""
    return "st-key-" + re.sub(r"[^a-zA-Z0-9_-]", "-", key.strip())
