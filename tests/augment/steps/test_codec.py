"""MP3 and Opus there and back: close, in time, of the same length."""

import numpy as np
import pytest
from scipy.signal import correlate

from kws_core.augment.steps.codec import Codec, CodecDraw

RATE = 16_000
CODEC = pytest.mark.parametrize("codec", Codec().codecs)


@pytest.fixture(scope="module")
def clip() -> np.ndarray:
    """Noise like speech: most of it low, louder and quieter by turns."""
    noise = np.random.default_rng(0).standard_normal(RATE)
    low = np.convolve(noise, np.hanning(24), "same")
    loud = np.sin(2 * np.pi * 3 * np.arange(RATE) / RATE) ** 2
    return (0.1 * low * loud).astype(np.float32)


def error_db(out: np.ndarray, clip: np.ndarray) -> float:
    return 10 * np.log10(np.sum((out - clip) ** 2.0) / np.sum(clip**2.0))


@CODEC
def test_the_clip_comes_back_close_and_in_time(clip, codec) -> None:
    out = CodecDraw(codec, 64.0).apply(clip, RATE)
    assert out.shape == clip.shape
    assert error_db(out, clip) < -15
    assert correlate(out, clip).argmax() == len(clip) - 1


@CODEC
def test_fewer_bits_leave_more_error(clip, codec) -> None:
    errors = [error_db(CodecDraw(codec, kbps).apply(clip, RATE), clip) for kbps in (8, 32, 96)]
    assert errors[0] > errors[1] + 3
    assert errors[1] > errors[2]


@CODEC
@pytest.mark.parametrize("n", [1, 100, 575, 961, 1749, 4321])
def test_a_short_clip_keeps_its_length_and_place(clip, codec, n) -> None:
    short = clip[4000 : 4000 + n]
    out = CodecDraw(codec, 64.0).apply(short, RATE)
    assert out.shape == (n,)
    if n > 500:
        assert correlate(out, short).argmax() == n - 1


@CODEC
@pytest.mark.parametrize("rate", [6_000, 11_025, 22_050, 96_000])
def test_a_rate_that_the_codec_does_not_have_is_resampled(clip, codec, rate) -> None:
    out = CodecDraw(codec, 64.0).apply(clip, rate)
    assert out.shape == clip.shape
    assert error_db(out, clip) < -10


@CODEC
def test_what_is_louder_than_full_scale_is_not_clipped(clip, codec) -> None:
    loud = clip * np.float32(4 / np.abs(clip).max())
    out = CodecDraw(codec, 64.0).apply(loud, RATE)
    assert error_db(out, loud) < -15
    assert np.abs(out).max() > 3
