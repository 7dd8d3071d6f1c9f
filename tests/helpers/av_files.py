"""Files of every container and codec that FFmpeg's libraries write."""

from __future__ import annotations

import io
from typing import Any

import av
import numpy as np

from kws_core.audio.waveform import SAMPLE_RATE, resample

_LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}


def write(
    tracks: list[np.ndarray], container: str, codec: str, rate: int = SAMPLE_RATE, **options: str
) -> bytes:
    """A file of tracks, 16 kHz samples of shape (n,) or (n, channels), at another rate."""
    out = io.BytesIO()
    with av.open(out, "w", format=container, container_options=options) as media:
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
