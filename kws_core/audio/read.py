"""Any recording a person may bring, as the 16 kHz mono samples that the recognizer takes."""

from __future__ import annotations

from kws_core.audio.clip import Clip
from kws_core.audio.pool import decoders
from kws_core.audio.sources import AudioSource, read_bytes
from kws_core.errors import EmptyAudioError

MAX_BYTES = 20 * 2**20


def read_audio(source: AudioSource, channel: int | None = None, rate: int | None = None) -> Clip:
    """Decode a recording to 16 kHz mono.

    source: a path, the bytes of a file, or an open binary file (read from its start and put
    back); the bytes tell the format, never the name. channel: the one to use, from 1; without it,
    the mix, or the loudest channel where a mix would be weaker. rate: Hz, where the file's own is
    wrong. Keeps the first 60 s, to the end of the bytes whatever a header says.

    The level stays as it is, but for two cases: where samples go above full scale (float files),
    the recording is turned down as a whole rather than clipped; one sample in a thousand or fewer
    is overshoot of a codec or a glitch, and only that is clipped. A peak below -45 dBFS is turned
    up to -20 dBFS. An offset is removed. Notes say so.
    Raises the subclass of AudioError for the fault.
    """
    data = read_bytes(source, MAX_BYTES)
    if not data:
        raise EmptyAudioError("The file is empty. Choose a recording, or record again.")
    return decoders.decode(data, channel=channel, rate=rate)
