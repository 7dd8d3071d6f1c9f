"""What all sessions share, loaded once per server: the recogniser and the sample recordings."""

from __future__ import annotations

import contextlib
import importlib

import streamlit as st
import torch

from kws_core.audio.pool import decoders
from kws_core.audio.read import read_audio
from kws_core.errors import KwsError
from kws_core.samples import Sample, list_samples
from kws_core.spotting.recognizer import CASCADE, Recognizer

# Slow to import the first time: what resamples, and what Explore computes with.
_RESAMPLER = "soxr"
_ANALYSIS = ("librosa.feature", "librosa.effects")


@st.cache_resource(show_spinner=False)  # the server loads it at its start, where no page is
def recogniser() -> Recognizer:
    """The default recogniser: one network, to listen with, to look into and to teach."""
    # Several sessions share the processor's cores, and one small model is no faster on many.
    torch.set_num_threads(1)
    decoders.warm_up()  # its process starts while the model is loaded
    return Recognizer.load()


@st.cache_resource(show_spinner=False)
def cascade() -> Recognizer:
    """What Home and Recognise recognise with."""
    return Recognizer.load(CASCADE)


@st.cache_resource(show_spinner=False)
def samples() -> dict[str, Sample]:
    """The sample recordings by name, in the order to offer them."""
    return {sample.name: sample for sample in list_samples()}


@st.cache_resource(show_spinner=False)
def warm_up() -> None:
    """Do once what would make the first recording, upload or sentence of a server slow."""
    importlib.import_module(_RESAMPLER)
    # A damaged file gets its message where it is used.
    with contextlib.suppress(KwsError):
        sentence = next(sample for sample in samples().values() if sample.kind == "sentence")
        clip = read_audio(sentence.path)
        cascade().find_words(clip.samples, clip.sample_rate)
    for name in _ANALYSIS:
        importlib.import_module(name)
