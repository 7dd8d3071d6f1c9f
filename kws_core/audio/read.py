"""Any recording a person may bring, as the 16 kHz mono samples that the recognizer takes."""

from __future__ import annotations

from kws_core.audio.clip import MAX_SECONDS, MIN_SECONDS, Clip
from kws_core.audio.pool import decoders
from kws_core.audio.sources import AudioSource, read_bytes
from kws_core.audio.waveform import (
    HIGHEST_RATE,
    LOWEST_RATE,
    SAMPLE_RATE,
    Samples,
    as_mono_16k,
    check_rate,
    resample,
    to_wav,
)
from kws_core.errors import EmptyAudioError

__all__ = [
    "HIGHEST_RATE",
    "LOWEST_RATE",
    "MAX_BYTES",
    "MAX_SECONDS",
    "MIN_SECONDS",
    "SAMPLE_RATE",
    "AudioSource",
    "Clip",
    "Samples",
    "as_mono_16k",
    "check_rate",
    "read_audio",
    "resample",
    "to_wav",
]

MAX_BYTES = 20 * 2**20


def read_audio(source: AudioSource) -> Clip:
    """Decode a recording to 16 kHz mono, at the level it has.

    source: a path, the bytes of a file, or an open binary file (read from its start and put
    back). WAV, FLAC, Ogg Vorbis, Opus, MP3, M4A/AAC, WebM, AIFF and CAF are told by their bytes,
    never by name. Keeps the first 60 s. Where samples go above full scale (float files), the
    recording is turned down as a whole rather than clipped, since its shape is intact; one sample
    in a thousand or fewer is overshoot of a codec or a glitch, and only that is clipped.
    Raises the subclass of AudioError that names what is wrong.
    """
    data = read_bytes(source, MAX_BYTES)
    if not data:
        raise EmptyAudioError("The file is empty. Choose a recording, or record again.")
    return decoders.decode(data)
