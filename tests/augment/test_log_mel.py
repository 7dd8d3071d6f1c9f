"""The law of each change to a picture: energies, times and bands, worked out by hand."""

import math

import pytest
import torch

from kws_core.augment.log_mel import (
    active_range,
    add_noise,
    band_limit,
    clip,
    colour,
    covered,
    frame_level,
    keep_frames,
    reverberate,
    shift,
    stretch,
    take_frames,
)
from kws_core.features.front_ends import LN_TO_DB, LogMel

FLOOR = -14.65
BANDS, FRAMES = 40, 98


@pytest.fixture
def pictures() -> torch.Tensor:
    return torch.randn(3, BANDS, FRAMES, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def words() -> torch.Tensor:
    """Three words 20, 30 and 40 frames long on a floor."""
    words = torch.full((3, BANDS, FRAMES), FLOOR)
    for row, (first, last) in enumerate([(10, 30), (0, 30), (58, 98)]):
        words[row, 5:20, first:last] = 2.0
    return words


def total_power(log_mel: torch.Tensor) -> torch.Tensor:
    return log_mel.double().exp().sum(dim=(1, 2))


def test_the_level_of_a_frame_is_the_power_of_all_its_bands(pictures: torch.Tensor) -> None:
    torch.testing.assert_close(frame_level(pictures).exp(), pictures.exp().sum(dim=1))


class TestActiveRange:
    def test_is_where_the_word_lies(self, words: torch.Tensor) -> None:
        first, last = active_range(words)
        assert first.tolist() == [10, 0, 58]
        assert last.tolist() == [30, 30, 98]

    @pytest.mark.parametrize(("below_db", "belongs"), [(21.9, True), (22.1, False)])
    def test_takes_in_what_is_within_22_db_of_the_loudest(self, below_db, belongs) -> None:
        picture = torch.full((1, BANDS, FRAMES), FLOOR)
        picture[0, :, 40] = 5.0
        picture[0, :, 50] = 5.0 - below_db / LN_TO_DB
        first, last = active_range(picture)
        assert (int(first), int(last)) == (40, 51 if belongs else 41)

    def test_moves_with_the_word_and_not_with_its_level(self, words: torch.Tensor) -> None:
        first, _ = active_range(shift(words, torch.tensor([7, 7, -7]), FLOOR) + 3.0)
        assert first.tolist() == [17, 7, 51]

    def test_is_everything_where_nothing_stands_out(self) -> None:
        first, last = active_range(torch.full((1, BANDS, FRAMES), FLOOR))
        assert (int(first), int(last)) == (0, FRAMES)


class TestShift:
    def test_moves_later_and_fills_what_comes_in(self, pictures: torch.Tensor) -> None:
        out = shift(pictures, torch.tensor([4, -3, 0]), FLOOR)
        assert torch.equal(out[0, :, 4:], pictures[0, :, :-4])
        assert out[0, :, :4].eq(FLOOR).all()
        assert torch.equal(out[1, :, :-3], pictures[1, :, 3:])
        assert out[1, :, -3:].eq(FLOOR).all()
        assert torch.equal(out[2], pictures[2])

    def test_out_of_the_picture_leaves_only_the_fill(self, pictures: torch.Tensor) -> None:
        out = shift(pictures, torch.tensor([98, -98, 500]), FLOOR)
        assert out.eq(FLOOR).all()


def test_keep_frames_keeps_them_and_erases_the_others(pictures: torch.Tensor) -> None:
    out = keep_frames(pictures, torch.tensor([0, 10, 20]), torch.tensor([98, 20, 20]), FLOOR)
    assert torch.equal(out[0], pictures[0])
    assert torch.equal(out[1, :, 10:20], pictures[1, :, 10:20])
    assert out[1, :, :10].eq(FLOOR).all()
    assert out[1, :, 20:].eq(FLOOR).all()
    assert out[2].eq(FLOOR).all()


class TestAddNoise:
    def test_adds_powers_at_the_ratio_asked_for(self, pictures: torch.Tensor) -> None:
        noise = torch.randn(3, BANDS, FRAMES, generator=torch.Generator().manual_seed(2)) - 6.0
        snr_db = torch.tensor([-3.0, 10.0, 30.0])
        out = add_noise(pictures, noise, snr_db)
        signal, added = total_power(pictures), total_power(out) - total_power(pictures)
        torch.testing.assert_close(
            10 * (signal / added).log10(), snr_db.double(), atol=2e-2, rtol=0
        )

    def test_adds_the_noise_as_it_is_but_for_its_level(self, pictures: torch.Tensor) -> None:
        noise = torch.randn(3, BANDS, FRAMES, generator=torch.Generator().manual_seed(2))
        out = add_noise(pictures, noise, torch.zeros(3))
        added = (out.double().exp() - pictures.double().exp()).log() - noise
        level = added.mean(dim=(1, 2), keepdim=True).expand_as(added)
        torch.testing.assert_close(added, level, atol=1e-2, rtol=0)


class TestReverberate:
    def test_nothing_is_heard_before_its_cause_or_in_another_band(self) -> None:
        impulse = torch.full((1, BANDS, FRAMES), -60.0)
        impulse[0, 7, 10] = 3.0
        out = reverberate(impulse, torch.tensor([20.0]), torch.tensor([3.0]))
        # Not quite nothing: the transform rounds, here more than 60 dB below the sound.
        assert (out[0, 7, 10] - out[0, 7, :10].max()) * LN_TO_DB > 60
        others = [band for band in range(BANDS) if band != 7]
        its_own_tail = math.log(1 + 10**0.3)
        assert (out - impulse)[0, others].max() <= its_own_tail + 1e-3

    def test_is_a_plain_sum_over_what_came_before(self, pictures: torch.Tensor) -> None:
        decay = torch.tensor([4.0, 15.0, 30.0])
        wet_db = torch.tensor([-10.0, 0.0, 3.0])
        power = pictures.double().exp()
        lag = torch.arange(1, FRAMES)
        for row in range(3):
            kernel = torch.exp(-lag.double() / decay[row])
            kernel = kernel / kernel.sum() * 10 ** (float(wet_db[row]) / 10)
            wanted = power[row].clone()
            for k in range(1, FRAMES):
                wanted[:, k:] += kernel[k - 1] * power[row][:, : FRAMES - k]
            out = reverberate(pictures, decay, wet_db)[row]
            torch.testing.assert_close(out.double(), wanted.log(), atol=1e-3, rtol=0)


class TestStretch:
    def test_by_one_changes_nothing(self, pictures: torch.Tensor) -> None:
        out = stretch(pictures, torch.ones(3), torch.ones(3), FLOOR)
        torch.testing.assert_close(out, pictures, atol=1e-4, rtol=0)

    def test_in_time_makes_a_word_longer_about_the_centre(self) -> None:
        picture = torch.full((2, BANDS, 101), FLOOR)
        picture[:, :, 40:61] = 2.0  # 21 frames about frame 50
        out = stretch(picture, torch.tensor([1.5, 0.5]), torch.ones(2), FLOOR)
        above = out[:, 0] > (2.0 + FLOOR) / 2
        assert above.sum(dim=1).tolist() == pytest.approx([31, 11], abs=1)
        assert torch.equal(above, above.flip(1))

    def test_over_bands_moves_band_m_to_the_factor_times_m(self) -> None:
        picture = torch.full((2, BANDS, FRAMES), FLOOR)
        picture[:, 20] = 2.0
        out = stretch(picture, torch.ones(2), torch.tensor([1.2, 0.8]), FLOOR)
        assert out[:, :, 50].argmax(dim=1).tolist() == [24, 16]

    def test_stays_within_the_values_there_were_and_fills_what_is_left_free(self, pictures) -> None:
        over_time = torch.tensor([1.15, 0.85, 1.0])
        out = stretch(pictures, over_time, torch.tensor([0.9, 1.1, 1.0]), FLOOR)
        filled = (out == FLOOR).all(dim=1).sum(dim=1)
        assert filled.tolist() == pytest.approx([0, 0.15 * FRAMES, 0], abs=2)
        assert out[out != FLOOR].min() >= pictures.min() - 1e-4
        assert out.max() <= pictures.max() + 1e-4


def test_colour_adds_a_gain_and_a_response_in_db(pictures: torch.Tensor) -> None:
    curve_db = torch.linspace(-4, 4, BANDS).repeat(3, 1)
    out = colour(pictures, torch.tensor([-25.0, 0.0, 10.0]), curve_db)
    rise_db = (out - pictures) * LN_TO_DB  # (batch, band, frame)
    for row, gain_db in enumerate([-25.0, 0.0, 10.0]):
        wanted = (gain_db + curve_db[row])[:, None].expand(BANDS, FRAMES)
        torch.testing.assert_close(rise_db[row], wanted, atol=1e-3, rtol=0)


def test_strips_cover_what_any_of_them_covers() -> None:
    start, width = torch.tensor([[0, 4], [2, 2], [5, 0]]), torch.tensor([[2, 1], [0, 0], [1, 6]])
    lines = [row.nonzero()[:, 0].tolist() for row in covered(start, width, 6)]
    assert lines == [[0, 1, 4], [], [0, 1, 2, 3, 4, 5]]


class TestTakeFrames:
    def test_shows_each_picture_at_its_own_places(self, pictures: torch.Tensor) -> None:
        place = torch.tensor([[0.0, 2.0, FRAMES - 1.0], [5.0, 4.0, 3.0], [7.25, 7.5, 0.0]])
        out = take_frames(pictures, place)
        assert torch.equal(out[0], pictures[0][:, [0, 2, FRAMES - 1]])
        assert torch.equal(out[1], pictures[1][:, [5, 4, 3]])
        left, right = pictures[2, :, 7], pictures[2, :, 8]
        torch.testing.assert_close(out[2, :, 0], 0.75 * left + 0.25 * right)
        torch.testing.assert_close(out[2, :, 1], 0.5 * left + 0.5 * right)

    def test_in_order_changes_nothing(self, pictures: torch.Tensor) -> None:
        assert torch.equal(take_frames(pictures, torch.arange(FRAMES).repeat(3, 1)), pictures)


def test_no_change_writes_into_its_input(pictures: torch.Tensor) -> None:
    before = pictures.clone()
    ones, frames = torch.ones(3), torch.tensor([1, 2, 3])
    shift(pictures, frames, FLOOR)
    keep_frames(pictures, frames, frames + 5, FLOOR)
    add_noise(pictures, pictures.flip(0), ones)
    reverberate(pictures, 5 * ones, ones)
    stretch(pictures, 1.1 * ones, 1.1 * ones, FLOOR)
    colour(pictures, ones, torch.ones(3, BANDS))
    band_limit(pictures, frames, 20 + frames, slope_db=12.0)
    clip(pictures, ones)
    take_frames(pictures, frames[:, None])
    assert torch.equal(pictures, before)


def test_a_telephone_lets_its_bands_through_and_falls_off_beside_them() -> None:
    flat = torch.zeros(2, BANDS, FRAMES)
    narrow = band_limit(flat, torch.tensor([6.0, 0.0]), torch.tensor([33.0, 39.0]), slope_db=12.0)
    assert (narrow[1] == 0).all()
    assert (narrow[0, 6:34] == 0).all()
    fall_db = -narrow[0, :, 0] * LN_TO_DB
    torch.testing.assert_close(fall_db[[5, 4, 34, 36]], torch.tensor([12.0, 24.0, 12.0, 36.0]))


def test_clipping_does_to_a_picture_what_it_does_to_a_waveform() -> None:
    """Against tones of a swelling level, clipped as samples."""
    front_end = LogMel()
    second = torch.arange(16_000) / 16_000
    tones = sum(torch.sin(2 * math.pi * f * second + f) for f in (190, 380, 570, 760, 1330, 2090))
    waveform = tones * second
    waveform = 0.9 * waveform / waveform.abs().max()
    clean = front_end(waveform[None])
    for ceiling_db in (6.0, 12.0, 18.0):
        ceiling = 0.9 * 10 ** (-ceiling_db / 20)
        real = front_end(waveform.clamp(-ceiling, ceiling)[None])
        lost = (frame_level(clean) - frame_level(real))[0, -1] * LN_TO_DB
        # over_db at which the last, loudest frame loses as much: the softplus turned round
        over_db = 4.0 * torch.log(torch.expm1(lost / 4.0))
        ours = clip(clean, over_db[None])
        difference = (frame_level(ours) - frame_level(real)).abs() * LN_TO_DB
        assert difference.max() < 1.5
        weak = (real - clean)[0, :, -20:] > 1.0  # bands that clipping filled
        filled = ((ours - real)[0, :, -20:][weak] * LN_TO_DB).abs().median()
        assert filled < 9.0
