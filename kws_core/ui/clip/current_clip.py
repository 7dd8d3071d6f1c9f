"""The clip a session works with: remembered per source, across pages, and only in the session.

Streamlit forgets recordings and uploads when their widget leaves the page, so what came in is
decoded and kept at once. Nothing here reaches a cache that sessions share.
"""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import dataclass
from typing import Final, Literal

import streamlit as st

from kws_core.audio.clip import Clip
from kws_core.audio.read import read_audio
from kws_core.ui.shared import resources
from kws_core.ui.shared.messages import words_for

Source = Literal["sample", "record", "upload"]

RECORDING_NAME: Final = "Your recording"
FIRST_SAMPLE: Final = "marvin"

# What pages compute of a clip they keep in the session under keys that start so: it goes with it.
COMPUTED: Final = "computed_of_clip_"

_SOURCE: Final = "clip_source"
_SAMPLE: Final = "clip_sample"
_WHAT: Final[dict[Source, str]] = {
    "sample": "sample clip",
    "record": "recording",
    "upload": "uploaded file",
}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class ChosenClip:
    """The clip to analyse.

    name: for people, from outside and not to be trusted as Markdown. decode_seconds: what
    decoding took. key: the same for the same samples.
    """

    name: str
    source: Source
    clip: Clip
    decode_seconds: float
    key: str


def source() -> Source:
    """The source chosen last."""
    chosen: Source = st.session_state.get(_SOURCE, "sample")
    return chosen


def choose_source(chosen: Source) -> None:
    """Make another source the current one; what each source gave before is kept."""
    st.session_state[_SOURCE] = chosen


def sample_name() -> str:
    """The name of the sample chosen last."""
    name: str = st.session_state.get(_SAMPLE, FIRST_SAMPLE)
    return name if name in resources.samples() else next(iter(resources.samples()))


def choose_sample(name: str) -> None:
    """Make a sample the current clip."""
    st.session_state[_SAMPLE] = name
    choose_source("sample")


def clip_of(wanted: Source) -> ChosenClip | None:
    """The last good clip of a source; a sample is always there.

    Raises DataError or AudioError when the sample files are damaged.
    """
    if wanted == "sample":
        _remember_sample()
    clip: ChosenClip | None = st.session_state.get(f"clip_{wanted}_kept")
    return clip


def sample_clip(name: str) -> ChosenClip:
    """Decode a sample without making it the current clip."""
    sample = resources.samples()[name]
    return _decode("sample", sample.title, sample.path.read_bytes())


def current() -> ChosenClip:
    """The last clip of the chosen source, or the sample while that source has given none."""
    chosen = clip_of(source()) or clip_of("sample")
    assert chosen is not None  # a sample is always there
    return chosen


def failure_of(wanted: Source) -> str | None:
    """What to tell about the last file of a source, if it could not be used."""
    message: str | None = st.session_state.get(f"clip_{wanted}_failure")
    return message


def take(
    given: Source, name: str, data: bytes, channel: int | None = None, rate: int | None = None
) -> None:
    """Decode and remember a recording or upload; a bad one leaves the last good one in place.

    channel and rate (Hz): as `read_audio` takes them.
    """
    try:
        chosen = _decode(given, name, data, channel, rate)
    except Exception as error:
        st.session_state[f"clip_{given}_failure"] = words_for(
            error, f"Reading the {_WHAT[given]}", _log
        )
        return
    st.session_state[f"clip_{given}_kept"] = chosen
    st.session_state.pop(f"clip_{given}_failure", None)


def withdraw(given: Source) -> None:
    """Forget what a source gave last: the file that failed, or else the clip."""
    if st.session_state.pop(f"clip_{given}_failure", None) is None:
        forget(given)


def forget(given: Source) -> None:
    """Drop everything that a source gave."""
    st.session_state.pop(f"clip_{given}_failure", None)
    st.session_state.pop(f"clip_{given}_kept", None)
    for key in [key for key in st.session_state if str(key).startswith(COMPUTED)]:
        del st.session_state[key]


def _remember_sample() -> None:
    name = sample_name()
    kept: ChosenClip | None = st.session_state.get("clip_sample_kept")
    if kept is None or kept.name != resources.samples()[name].title:
        st.session_state["clip_sample_kept"] = sample_clip(name)


def _decode(
    given: Source, name: str, data: bytes, channel: int | None = None, rate: int | None = None
) -> ChosenClip:
    started = time.perf_counter()
    clip = read_audio(data, channel, rate)
    seconds = time.perf_counter() - started
    key = hashlib.sha256(clip.samples.tobytes()).hexdigest()
    return ChosenClip(name, given, clip, seconds, key)
