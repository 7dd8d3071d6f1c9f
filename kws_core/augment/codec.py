"""What lossy coding does to a clip: to MP3 or Opus and back."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, cast

import numpy as np

from kws_core.audio.waveform import Samples, resample
from kws_core.augment.steps import (
    Draw,
    Interval,
    Recordings,
    Step,
    choices,
    fit_at_end,
    limits,
    pick,
)

CodecName = Literal["mp3", "opus"]

# FFmpeg's name of the encoder, that of the container, and the effort that is still quick.
_ENCODERS = {"mp3": ("libmp3lame", "mp3", "7"), "opus": ("libopus", "ogg", "5")}
# Pages of one frame: of a clip that fits into one page, decoders misjudge where it starts.
_MUXING: dict[str, dict[str, str]] = {"mp3": {}, "ogg": {"page_duration": "20000"}}
_RATES = {
    "mp3": (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000),
    "opus": (8_000, 12_000, 16_000, 24_000, 48_000),
}
CODECS = tuple(_ENCODERS)


@dataclass(frozen=True)
class CodecDraw(Draw):
    """Which codec, at how many kilobits a second."""

    codec: CodecName
    kbps: float

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        rates = _RATES[self.codec]
        rate = min((r for r in rates if r >= sample_rate), default=rates[-1])
        peak = max(float(np.abs(clip).max()), 1.0)  # coders clip what is above full scale
        there = resample(clip / np.float32(peak), sample_rate, rate)
        # Silence behind the clip: coders work in frames, and refuse clips of less than one.
        coded = _encode(fit_at_end(there, len(there) + rate // 10), rate, self.codec, self.kbps)
        back = resample(_decode(coded), rate, sample_rate)
        return fit_at_end(back, len(clip)) * np.float32(peak)


@dataclass(frozen=True)
class Codec(Step):
    """Code the clip as MP3 or Opus and decode it; it stays where it is in time.

    MP3 exists at some bit rates only: the encoder takes the nearest.
    """

    kind: ClassVar[str] = "codec"
    codecs: tuple[str, ...] = field(default=CODECS, metadata=choices(*CODECS))
    kbps: Interval = field(default=(8.0, 48.0), metadata=limits(6.0, 128.0, "kbit/s"))

    def draw(self, rng: np.random.Generator) -> CodecDraw:
        """Draw a codec and a bit rate."""
        codec = cast(CodecName, pick(rng, self.codecs))
        return CodecDraw(codec, float(rng.uniform(*self.kbps)))


def _encode(samples: Samples, sample_rate: int, codec: CodecName, kbps: float) -> bytes:
    import av

    encoder, container, effort = _ENCODERS[codec]
    out = io.BytesIO()
    with av.open(out, "w", format=container, options=_MUXING[container]) as media:
        stream: Any = media.add_stream(
            encoder, rate=sample_rate, layout="mono", options={"compression_level": effort}
        )
        stream.bit_rate = round(kbps * 1000)
        frame = av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
        frame.sample_rate = sample_rate
        to_codec = av.AudioResampler(stream.codec_context.format, "mono", sample_rate)
        for piece in (*to_codec.resample(frame), *to_codec.resample(None)):
            media.mux(stream.encode(piece))
        media.mux(stream.encode(None))
    return out.getvalue()


def _decode(coded: bytes) -> Samples:
    """Decode at the rate that was encoded, without the encoder's delay."""
    import soundfile

    samples: Samples = soundfile.read(io.BytesIO(coded), dtype="float32")[0]
    return samples
