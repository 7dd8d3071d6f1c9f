"""Recordings of any length: the pieces are the whole, and only what is needed is read."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np
import pytest

from kws_core.audio.container import Block
from kws_core.audio.decoding import LongRecording
from kws_core.audio.long import Piece, long_pieces
from kws_core.audio.pool import DecoderPool, decoders
from kws_core.audio.read import read_audio
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.errors import (
    BadSamplesError,
    DecoderFailedError,
    EmptyAudioError,
    NoSuchChannelError,
    NotAudioError,
    TruncatedAudioError,
)
from tests.helpers.audio_files import encode, tone, wav_header
from tests.helpers.sounds import noise


class Source:
    """The bytes of a file, and how many of them were asked for."""

    def __init__(self, data: bytes) -> None:
        self.data, self.n_read, self.most = data, 0, 0

    def __call__(self, start: int, n: int) -> bytes:
        part = self.data[start : start + n]
        self.n_read += len(part)
        self.most = max(self.most, n)
        return part


def joined(pieces: Iterator[Piece]) -> np.ndarray:
    return np.concatenate([piece.samples for piece in pieces])


def pieces_of(data: bytes, channels: str = "mix") -> list[Piece]:
    return list(decoders.pieces(Source(data), len(data), channels))


@pytest.mark.parametrize("kind", ["wav16", "wav24", "flac", "ogg", "mp3", "m4a", "webm", "aiff"])
@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_pieces_are_what_read_audio_returns(kind: str, rate: int) -> None:
    data = encode(noise(3, 0.1)[: 3 * rate], rate, kind)
    found = joined(decoders.pieces(Source(data), len(data)))
    wanted = read_audio(data).samples
    assert found.shape == (len(wanted), 1)
    np.testing.assert_allclose(found[:, 0], wanted, atol=2e-4)


@pytest.mark.parametrize("kind", ["wav16", "flac", "mp3", "m4a", "webm"])
def test_a_large_file_is_read_as_it_is_needed(kind: str, monkeypatch) -> None:
    data = encode(np.tile(noise(4, 0.1), 10), SAMPLE_RATE, kind)
    wanted = read_audio(data).samples
    monkeypatch.setattr("kws_core.audio.pool.WHOLE_BYTES", 1000)
    source = Source(data)
    pieces = list(decoders.pieces(source, len(data)))
    np.testing.assert_allclose(joined(iter(pieces))[:, 0], wanted, atol=2e-4)
    assert len(pieces) >= 2
    assert (pieces[0].rate, pieces[0].channels) in [(SAMPLE_RATE, 1), (48_000, 1)]
    assert source.n_read <= 2 * len(data) + 2**20


def test_a_tag_before_a_large_file_is_passed_over() -> None:
    data = encode(noise(1, 0.1), SAMPLE_RATE, "flac")
    tagged = b"ID3\x04\0\0\0\0\x02\0" + bytes(256) + data
    recording = LongRecording(Source(tagged), len(tagged))
    assert sum(len(block.samples) for block in recording.blocks()) == SAMPLE_RATE


def test_channels_are_mixed_or_apart() -> None:
    left, right = noise(1, 0.1, seed=1), noise(1, 0.1, seed=2)
    data = encode(np.stack([left, right], axis=1), SAMPLE_RATE, "wavfloat")
    np.testing.assert_allclose(joined(iter(pieces_of(data)))[:, 0], (left + right) / 2, atol=1e-6)
    both = joined(iter(pieces_of(data, "each")))
    np.testing.assert_allclose(both, np.stack([left, right], axis=1), atol=1e-6)
    np.testing.assert_allclose(joined(iter(pieces_of(data, "left")))[:, 0], left, atol=1e-6)
    np.testing.assert_allclose(joined(iter(pieces_of(data, "right")))[:, 0], right, atol=1e-6)
    with pytest.raises(NoSuchChannelError, match="no right one"):
        pieces_of(encode(left, SAMPLE_RATE), "right")
    assert pieces_of(data)[0].channels == 2


def blocks(*parts: tuple[int, np.ndarray]) -> list[Block]:
    return [Block(rate, samples.astype(np.float32)) for rate, samples in parts]


def test_an_offset_is_removed_from_every_piece() -> None:
    sound = noise(2, 0.01)[:, None]
    shifted = blocks((SAMPLE_RATE, sound[:20_000] + 0.2), (SAMPLE_RATE, sound[20_000:] + 0.2))
    np.testing.assert_allclose(joined(long_pieces(shifted)), sound, atol=1e-3)
    kept = blocks((SAMPLE_RATE, sound + 0.001))
    np.testing.assert_array_equal(joined(long_pieces(kept)), kept[0].samples)


def test_a_change_of_rate_goes_on_and_one_of_channels_is_refused_unless_mixed() -> None:
    one, two = tone(440, 1, 8_000)[:, None], tone(440, 1, 48_000, channels=2)
    assert len(joined(long_pieces(blocks((8_000, one), (48_000, two))))) == pytest.approx(
        2 * SAMPLE_RATE, abs=20
    )
    with pytest.raises(BadSamplesError, match="changes from 1 to 2"):
        list(long_pieces(blocks((8_000, one), (48_000, two)), "each"))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", EmptyAudioError),
        (b"no sound at all, only some text", NotAudioError),
        (encode(noise(1, 0.1), SAMPLE_RATE, "flac")[:60], TruncatedAudioError),
        (wav_header(16_000, 1, 0), EmptyAudioError),
        (encode(np.full(2_000, np.nan, np.float32), 16_000, "wavfloat"), BadSamplesError),
    ],
)
def test_bad_files_are_named_and_the_decoder_goes_on(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        pieces_of(data)
    assert len(joined(iter(pieces_of(encode(noise(1, 0.1), SAMPLE_RATE))))) == SAMPLE_RATE


def test_a_header_that_claims_more_is_not_believed() -> None:
    pcm = struct.pack("<4000h", *range(4000))
    found = pieces_of(wav_header(16_000, 1, 2**31) + pcm)
    assert len(joined(iter(found))) == 4000


def test_a_source_that_fails_says_so_and_costs_one_decoder(monkeypatch) -> None:
    monkeypatch.setattr("kws_core.audio.pool.WHOLE_BYTES", 1000)
    data = encode(np.tile(noise(4, 0.1), 10), SAMPLE_RATE)

    def gone(start: int, n: int) -> bytes:
        if start > 300_000:
            raise OSError(5, "the share went away")
        return data[start : start + n]

    pool = DecoderPool(1)
    with pytest.raises(OSError, match="share went away"):
        list(pool.pieces(gone, len(data)))
    assert pool.idle_processes() == []
    unfinished = pool.pieces(Source(data), len(data))
    next(unfinished)
    unfinished.close()
    assert len(joined(pool.pieces(Source(data), len(data)))) == 40 * SAMPLE_RATE
    pool.close()


def test_a_decoder_that_dies_is_a_message(monkeypatch) -> None:
    pool = DecoderPool(1)
    monkeypatch.setattr("kws_core.audio.pool.WHOLE_BYTES", 1000)
    data = encode(noise(4, 0.1), SAMPLE_RATE)

    def deadly(start: int, n: int) -> bytes:
        pool._taken.process.kill()  # type: ignore[attr-defined]
        return data[start : start + n]

    take = pool._take

    def noted():
        pool._taken = take()  # type: ignore[attr-defined]
        return pool._taken  # type: ignore[attr-defined]

    monkeypatch.setattr(pool, "_take", noted)
    with pytest.raises(DecoderFailedError, match="gave up on this file"):
        list(pool.pieces(deadly, len(data)))
