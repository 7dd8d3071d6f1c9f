"""Files of every container and codec that FFmpeg's libraries write."""

from __future__ import annotations

import io
from typing import Any

import av
import numpy as np
import soundfile

from kws_core.audio.waveform import SAMPLE_RATE, resample

# What is written, and at which rate; what FFmpeg does not write, libsndfile may.
WRITTEN = {
    "WAV": [("wav", "pcm_s16le", 44_100), ("wav", "pcm_alaw", 8_000), ("wav", "adpcm_ms", 16_000)],
    "Wave64": [("w64", "pcm_s16le", 44_100)],
    "FLAC": [("flac", "flac", 16_000)],
    "Ogg": [("ogg", "libopus", 48_000), ("ogg", "flac", 16_000)],
    "M4A/MP4": [
        ("ipod", "aac", 44_100), ("ipod", "alac", 16_000), ("mov", "pcm_s16le", 44_100),
        ("3gp", "libopencore_amrnb", 8_000),
    ],
    "WebM/Matroska": [("webm", "libopus", 48_000), ("matroska", "ac3", 48_000)],
    "AIFF": [("aiff", "pcm_s16be", 16_000), ("aiff", "pcm_mulaw", 8_000)],
    "CAF": [("caf", "pcm_s16le", 16_000), ("caf", "alac", 16_000)],
    "AU": [("au", "pcm_s16be", 16_000), ("au", "pcm_alaw", 8_000)],
    "AMR": [("amr", "libopencore_amrnb", 8_000)],
    "WMA/ASF": [("asf", "adpcm_ms", 44_100)],
    "WavPack": [("wv", "wavpack", 16_000)],
    "TTA": [("tta", "tta", 16_000)],
    "AVI": [("avi", "pcm_s16le", 16_000), ("avi", "libmp3lame", 44_100)],
    "FLV": [("flv", "nellymoser", 16_000)],
    "VOC": [("voc", "pcm_s16le", 16_000)],
    "SPHERE": [("NIST", "PCM_16", 16_000), ("NIST", "ULAW", 8_000)],
    "Real": [("rm", "ac3", 48_000)],
    "MPEG-PS": [("mpeg", "mp2", 48_000)],
    "MPEG-TS": [("mpegts", "aac", 48_000)],
    "AC-3": [("ac3", "ac3", 48_000)],
    "E-AC-3": [("eac3", "eac3", 48_000)],
    "MP3": [("mp3", "libmp3lame", 44_100), ("mp2", "mp2", 48_000)],
    "AAC": [("adts", "aac", 16_000)],
}  # fmt: skip

_LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}


def write(
    tracks: list[np.ndarray], container: str, codec: str, rate: int = SAMPLE_RATE, **options: str
) -> bytes:
    """A file of tracks, 16 kHz samples of shape (n,) or (n, channels), at another rate."""
    out = io.BytesIO()
    same_each_time = {"fflags": "+bitexact"} | options
    with av.open(out, "w", format=container, container_options=same_each_time) as media:
        streams: list[Any] = []
        for track in tracks:
            layout = _LAYOUTS[np.atleast_2d(track.T).shape[0]]
            streams.append(media.add_stream(codec, rate=rate, layout=layout))
        for stream, track in zip(streams, tracks, strict=True):
            rows = [resample(row, SAMPLE_RATE, rate) for row in np.atleast_2d(track.T)]
            layout = _LAYOUTS[len(rows)]
            frame = av.AudioFrame.from_ndarray(np.stack(rows), format="fltp", layout=layout)
            frame.sample_rate = rate
            to_codec = av.AudioResampler(stream.codec_context.format, layout, rate)
            pieces = av.AudioFifo()
            for piece in to_codec.resample(frame):
                piece.pts = None
                pieces.write(piece)
            size = stream.codec_context.frame_size or 1024
            while (piece := pieces.read(size)) or (piece := pieces.read(0, partial=True)):
                media.mux(stream.encode(piece))
            media.mux(stream.encode(None))
    return out.getvalue()


def coded(samples: np.ndarray, container: str, codec: str, rate: int) -> bytes:
    """A file of 16 kHz samples in a way of WRITTEN."""
    if not container.isupper():
        return write([samples], container, codec, rate)
    out = io.BytesIO()
    soundfile.write(out, resample(samples, 16_000, rate), rate, format=container, subtype=codec)
    return out.getvalue()
