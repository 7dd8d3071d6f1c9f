"""Lossy coding: to MP3 or Opus and back."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np

from kws_core.audio.waveform import Samples, resample
from kws_core.augment.step import Choice, Draw, Range, Recordings, Step, pick
from kws_core.augment.stretching import fit_at_end

CodecName = Literal["mp3", "opus"]

_TITLES = {"mp3": "MP3", "opus": "Opus"}
# FFmpeg's names of encoder and container, and an encoding effort that is still quick.
_ENCODERS = {"mp3": ("libmp3lame", "mp3", "7"), "opus": ("libopus", "ogg", "5")}
# Pages of one frame: decoders misjudge where a clip starts that fits into one page.
_MUXING: dict[str, dict[str, str]] = {"mp3": {}, "ogg": {"page_duration": "20000"}}
_RATES = {
    "mp3": (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000),
    "opus": (8_000, 12_000, 16_000, 24_000, 48_000),
}


@dataclass(frozen=True)
class CodecDraw(Draw):
    """The codec, and its bit rate in kbit/s."""

    codec: CodecName
    kbps: float

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        rates = _RATES[self.codec]
        rate = min((r for r in rates if r >= sample_rate), default=rates[-1])
        peak = max(float(np.abs(clip).max()), 1.0)  # encoders clip above full scale
        there = resample(clip / np.float32(peak), sample_rate, rate)
        # Silence behind the clip: encoders work in frames, and refuse clips shorter than one.
        coded = _encode(fit_at_end(there, len(there) + rate // 10), rate, self.codec, self.kbps)
        back = resample(_decode(coded), rate, sample_rate)
        return fit_at_end(back, len(clip)) * np.float32(peak)

    def __str__(self) -> str:
        return f"{_TITLES[self.codec]} at {self.kbps:.0f} kbit/s"


@dataclass(frozen=True, kw_only=True)
class Codec(Step):
    """Encode the clip as MP3 or Opus and decode it; it keeps its place in time.

    MP3 has a few bit rates only: the encoder takes the nearest.
    """

    kind = "codec"
    title = "MP3 or Opus"
    icon = "folder_zip"
    purpose = "Encoded and decoded, as in a voice message."
    settings = (
        Choice("codecs", "Codec", _TITLES),
        Range(
            "kbps",
            "Bit rate",
            "kbit/s",
            limits=(6, 128),
            slider=(6, 64, 1),
            swept=(6, 8, 12, 16, 24, 32, 48, 64),
        ),
    )

    codecs: tuple[str, ...] = ("mp3", "opus")
    min_kbps: float = 8.0
    max_kbps: float = 48.0

    def draw(self, rng: np.random.Generator) -> CodecDraw:
        codec = cast(CodecName, pick(rng, self.codecs))
        return CodecDraw(codec, float(rng.uniform(self.min_kbps, self.max_kbps)))


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
