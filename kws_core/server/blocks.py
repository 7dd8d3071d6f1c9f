"""Blocks: the messages in which a browser sends the sound of its microphone."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kws_core.server.refusals import Close, StreamRefusedError

# Little-endian: the mark, run, number and rate as 32-bit integers, time as a 64-bit float; then
# mono samples of 16 bits. The mark has the version of this format.
MARK = b"KWS1"
HEADER = struct.Struct("<4sIIId")
LOWEST_RATE, HIGHEST_RATE = 8_000, 192_000  # Hz, of a device
SHORTEST_S, LONGEST_S = 0.01, 0.06
MOST_BYTES = HEADER.size + 2 * math.ceil(LONGEST_S * HIGHEST_RATE)


@dataclass(frozen=True, eq=False)
class Block:
    """A piece of sound.

    run: the same from one start of the microphone to its stop, over lost connections as well.
    number: counts the blocks of a run, those included that could not be sent. time: when its first
    sample was recorded, in seconds by the browser's clock. values: (n,) at sample_rate Hz.
    """

    run: int
    number: int
    sample_rate: int
    time: float
    values: npt.NDArray[np.int16]

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.values) / self.sample_rate


def unpack(message: bytes) -> Block:
    """Return the block in a message; raises StreamRefusedError if there is none."""
    if len(message) > MOST_BYTES:
        raise StreamRefusedError(
            Close.TOO_LARGE, f"A message of {len(message)} bytes is too large for a block."
        )
    if len(message) < HEADER.size or len(message) % 2:
        raise _bad(f"{len(message)} bytes are no header with 16-bit samples")
    mark, run, number, rate, time = HEADER.unpack_from(message)
    if mark != MARK:
        raise _bad("it does not begin as one")
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise _bad(f"no microphone has {rate} Hz")
    if not (math.isfinite(time) and time >= 0):
        raise _bad("its time is no time")
    values = np.frombuffer(message, "<i2", offset=HEADER.size)
    if not SHORTEST_S <= len(values) / rate <= LONGEST_S:
        raise _bad(f"{len(values)} samples at {rate} Hz are too short or too long")
    return Block(run, number, rate, time, values)


def pack(
    run: int, number: int, sample_rate: int, time: float, values: npt.NDArray[np.int16]
) -> bytes:
    """Return the message for 16-bit samples (n,), as a browser makes it."""
    head = HEADER.pack(MARK, run, number, sample_rate, time)
    return head + values.astype("<i2").tobytes()


def _bad(why: str) -> StreamRefusedError:
    return StreamRefusedError(Close.FORMAT, f"The message is not a block of sound: {why}.")
