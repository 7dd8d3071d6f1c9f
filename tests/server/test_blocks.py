"""Blocks of sound: what is taken, and what is refused and why."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.server.blocks import HEADER, MOST_BYTES, pack, unpack
from kws_core.server.refusals import Close, StreamRefusedError

VALUES = np.arange(-480, 480, dtype=np.int16)


def test_a_block_comes_out_as_it_went_in() -> None:
    block = unpack(pack(7, 3, 48_000, 1.25, VALUES))
    assert (block.run, block.number, block.sample_rate, block.time) == (7, 3, 48_000, 1.25)
    assert block.seconds == 0.02
    assert np.array_equal(block.values, VALUES)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 96_000, 192_000])
def test_a_device_may_have_any_usual_rate(rate: int) -> None:
    block = unpack(pack(1, 0, rate, 0.0, np.ones(rate // 50, np.int16)))
    assert block.sample_rate == rate


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"", Close.FORMAT),
        (b"\0" * (HEADER.size - 1), Close.FORMAT),
        (pack(1, 0, 48_000, 0.0, VALUES) + b"\0", Close.FORMAT),  # half a sample
        (b"RIFF" + pack(1, 0, 48_000, 0.0, VALUES)[4:], Close.FORMAT),
        (pack(1, 0, 7_999, 0.0, VALUES), Close.FORMAT),
        (pack(1, 0, 4_000_000_000, 0.0, VALUES), Close.FORMAT),
        (pack(1, 0, 48_000, float("nan"), VALUES), Close.FORMAT),
        (pack(1, 0, 48_000, float("inf"), VALUES), Close.FORMAT),
        (pack(1, 0, 48_000, -1.0, VALUES), Close.FORMAT),
        (pack(1, 0, 48_000, 0.0, VALUES[:400]), Close.FORMAT),  # 8 ms: a flood of messages
        (pack(1, 0, 48_000, 0.0, VALUES[:0]), Close.FORMAT),
        (pack(1, 0, 8_000, 0.0, VALUES), Close.FORMAT),  # 0.12 s at once
        (b"\0" * (MOST_BYTES + 1), Close.TOO_LARGE),
    ],
)
def test_anything_else_is_refused(message: bytes, code: Close) -> None:
    with pytest.raises(StreamRefusedError) as refusal:
        unpack(message)
    assert refusal.value.code == code
    assert len(str(refusal.value).encode()) <= 123  # what a WebSocket's close message takes
