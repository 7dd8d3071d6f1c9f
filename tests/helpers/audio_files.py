"""Sound files of every kind, made in memory for the tests."""

from __future__ import annotations

import io
import struct
from typing import Any

import av
import numpy as np
import soundfile

_SOUNDFILE = {
    "wav8": ("WAV", "PCM_U8"),
    "wav16": ("WAV", "PCM_16"),
    "wav24": ("WAV", "PCM_24"),
    "wav32": ("WAV", "PCM_32"),
    "wavfloat": ("WAV", "FLOAT"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "aiff": ("AIFF", "PCM_16"),
}
_AV = {"m4a": ("ipod", "aac"), "aac": ("adts", "aac"), "webm": ("webm", "libopus")}

FORMATS = (*_SOUNDFILE, *_AV)
OPUS_RATES = (8_000, 12_000, 16_000, 24_000, 48_000)


def supports(kind: str, rate: int, channels: int = 1) -> bool:
    """Whether that format exists at that rate."""
    if kind in ("opus", "webm"):
        return rate in OPUS_RATES
    if kind == "mp3":
        return 8_000 <= rate <= 48_000 and channels <= 2
    return kind not in ("m4a", "aac") or 8_000 <= rate <= 96_000


def tone(
    frequency: float, seconds: float, rate: int, amplitude: float = 0.5, channels: int = 1
) -> np.ndarray:
    """A sine, float32 of shape (n,), or (n, channels)."""
    one = amplitude * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)
    one = one.astype(np.float32)
    return one if channels == 1 else np.repeat(one[:, None], channels, axis=1)


def encode(samples: np.ndarray, rate: int, kind: str = "wav16") -> bytes:
    """A file of `samples`, float of shape (n,) or (n, channels), in one of FORMATS."""
    if kind in _SOUNDFILE:
        out = io.BytesIO()
        container, subtype = _SOUNDFILE[kind]
        soundfile.write(out, samples, rate, format=container, subtype=subtype)
        return out.getvalue()
    container, codec = _AV[kind]
    return _encode_av(samples, rate, container, codec)


def _encode_av(samples: np.ndarray, rate: int, container: str, codec: str) -> bytes:
    rows = np.atleast_2d(np.asarray(samples, np.float32).T)
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[len(rows)]
    out = io.BytesIO()
    with av.open(out, "w", format=container) as media:
        stream: Any = media.add_stream(codec, rate=rate, layout=layout)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(rows), format="fltp", layout=layout)
        frame.sample_rate = rate
        to_codec = av.AudioResampler(format=stream.codec_context.format, layout=layout, rate=rate)
        for piece in (*to_codec.resample(frame), *to_codec.resample(None)):
            media.mux(stream.encode(piece))
        media.mux(stream.encode(None))
    return out.getvalue()


def silent_film() -> bytes:
    """An MP4 with a picture track and no sound."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as media:
        stream: Any = media.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for _ in range(3):
            picture = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
            media.mux(stream.encode(picture))
        media.mux(stream.encode(None))
    return out.getvalue()


def wav_header(rate: int, channels: int, data_bytes: int, bits: int = 16) -> bytes:
    """The 44 bytes in front of PCM samples, claiming whatever is asked."""
    frame = channels * bits // 8
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", min(data_bytes + 36, 2**32 - 1), b"WAVE",
        b"fmt ", 16, 1, channels, rate, rate * frame % 2**32, frame % 2**16, bits,
        b"data", data_bytes,
    )  # fmt: skip
