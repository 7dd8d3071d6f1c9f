"""Batches of sound: shares, balance, repeatability, and that a word stays what it is."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from kws_core.audio.waveform import Samples
from kws_core.features.raw_wave import RawWave
from kws_core.labels import LABELS, SILENCE, UNKNOWN, WORDS
from kws_core.models import ARCHITECTURES
from kws_core.training.batches.augmentation import AugmentSettings
from kws_core.training.batches.sound import SoundBatchMaker, active_range, shifted
from kws_core.training.dataset.sound import SoundData
from kws_core.training.dataset.sound_clips import SoundClips, as_int16
from tests.helpers.training_toys import NOTHING_CHANGED

RATE = 8_000
PITCH = {"yes": 400, "no": 900, "zero": 1500}  # Hz, far enough apart for changes of speed
OTHER_PITCH, SILENCE_PITCH, NOISE_PITCH = 2300, 2900, 3300

PLAIN = replace(NOTHING_CHANGED, silence_share=0, unknown_share=0, max_shift=0)


def said(frequency: float, start: int = 2400, end: int = 5600) -> Samples:
    """A second with a tone in it, from `start` to `end`."""
    time = np.arange(RATE) / RATE
    wave = 0.3 * np.sin(2 * np.pi * frequency * time)
    return np.where((np.arange(RATE) >= start) & (np.arange(RATE) < end), wave, 0).astype(
        np.float32
    )


def loudest(wave: np.ndarray) -> float:
    return float(np.abs(np.fft.rfft(wave)).argmax() * RATE / len(wave))


@pytest.fixture(scope="module")
def data() -> SoundData:
    """One clip of "yes", two of "no", twenty of "zero", silence, other speech, and noise."""
    rows = [("yes", PITCH["yes"])] + [("no", PITCH["no"])] * 2 + [("zero", PITCH["zero"])] * 20
    rows += [(SILENCE, SILENCE_PITCH), (UNKNOWN, OTHER_PITCH)]
    sound = np.stack([as_int16(said(pitch)) for _, pitch in rows])
    target = np.array([LABELS.index(label) for label, _ in rows])
    n = len(rows)
    clips = SoundClips(sound, target, np.array(["someone"] * n), np.zeros(n, bool))
    time = np.arange(3 * RATE) / RATE
    return SoundData(clips, [np.sin(2 * np.pi * NOISE_PITCH * time).astype(np.float32)])


def batch_of(
    data: SoundData,
    settings: AugmentSettings,
    size: int = 60,
    seed: int = 1,
    labels: tuple[str, ...] = LABELS,
) -> tuple[np.ndarray, list[str]]:
    """The waves of a batch and what they say."""
    maker = SoundBatchMaker(data, RawWave(), labels, settings)
    waves, target = maker.batch(size, torch.Generator().manual_seed(seed))
    assert target.shape == (size, len(labels))
    assert torch.equal(target.sum(dim=1), torch.ones(size))
    return waves.numpy(), [labels[i] for i in target.argmax(dim=1).tolist()]


def test_nothing_changed_is_the_clip_itself(data: SoundData) -> None:
    """Not even by the way to the network: the input is the front end's of the whole recording."""
    waves, words = batch_of(data, PLAIN)
    for wave, word in zip(waves, words, strict=True):
        np.testing.assert_allclose(wave, said(PITCH[word]), atol=1e-4)


@pytest.mark.parametrize("name", ["m5", "seed-cnn"])
def test_a_network_gets_what_its_front_end_makes(data: SoundData, name: str) -> None:
    architecture = ARCHITECTURES[name]
    front_end = architecture.make_front_end()
    maker = SoundBatchMaker(data, front_end, architecture.labels, PLAIN)
    inputs, target = maker.batch(4, torch.Generator().manual_seed(2))
    waves, words = batch_of(data, PLAIN, 4, 2, architecture.labels)
    assert [architecture.labels[i] for i in target.argmax(dim=1)] == words
    torch.testing.assert_close(inputs, front_end.from_wave(torch.from_numpy(waves)))
    network = architecture.make_network(len(architecture.labels))
    network(inputs).sum().backward()  # inputs made without gradients can still be learnt from


@pytest.mark.parametrize(
    ("balance", "shares"),
    [(1.0, {"yes": 1 / 3, "no": 1 / 3, "zero": 1 / 3}), (0.0, {"yes": 1, "no": 2, "zero": 20})],
)
def test_words_come_equally_often_or_as_often_as_they_have_clips(data, balance, shares) -> None:
    _, words = batch_of(data, replace(PLAIN, balance=balance), 400)
    for word, share in shares.items():
        wanted = 400 * share / sum(shares.values())
        assert words.count(word) == pytest.approx(wanted, abs=4 * np.sqrt(wanted))


def test_silence_and_unknown_have_their_shares(data: SoundData) -> None:
    _, words = batch_of(data, AugmentSettings(silence_share=0.1, unknown_share=0.2), 100)
    assert (words.count(SILENCE), words.count(UNKNOWN)) == (10, 20)


def test_a_model_that_knows_words_only_gets_words_only(data: SoundData) -> None:
    _, words = batch_of(data, AugmentSettings(), 100, labels=WORDS)
    assert set(words) == set(PITCH)


def test_the_same_generator_gives_the_same_batch_and_another_another(data: SoundData) -> None:
    first, _ = batch_of(data, AugmentSettings(), seed=3)
    again, _ = batch_of(data, AugmentSettings(), seed=3)
    other, _ = batch_of(data, AugmentSettings(), seed=4)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_generator_goes_on_and_no_other_is_drawn_from(data: SoundData) -> None:
    maker = SoundBatchMaker(data, RawWave(), LABELS, AugmentSettings())
    generator = torch.Generator().manual_seed(5)
    states = torch.get_rng_state(), np.random.get_state()[1].copy()
    first, second = (maker.batch(8, generator)[0] for _ in range(2))
    assert not torch.equal(first, second)
    assert torch.equal(torch.get_rng_state(), states[0])
    np.testing.assert_array_equal(np.random.get_state()[1], states[1])


def test_every_sample_is_a_number_within_full_scale(data: SoundData) -> None:
    loud = AugmentSettings(gain_db=(20, 30), noise_share=1, reverb_share=1, clip_share=1)
    waves, _ = batch_of(data, loud, 40)
    assert waves.dtype == np.float32
    assert np.isfinite(waves).all()
    assert np.abs(waves).max() == 1.0


def test_a_word_moves_no_further_than_allowed_and_is_never_cut(data: SoundData) -> None:
    whole = float(np.square(said(PITCH["zero"])).sum())
    for max_shift, least, most in ((10, 1600, 3200), (100, 0, 4800)):
        waves, _ = batch_of(data, replace(PLAIN, max_shift=max_shift), 100)
        starts = [active_range(wave)[0] for wave in waves]
        assert least <= min(starts) < 2000
        assert 2800 < max(starts) <= most
        for wave in waves:
            assert np.square(wave).sum() == pytest.approx(whole, rel=0.02)


def test_a_word_may_lose_a_part_at_the_edge_or_stay_where_it_was_said(data: SoundData) -> None:
    whole = float(np.square(said(PITCH["zero"])).sum())
    settings = replace(PLAIN, max_shift=RATE, lost=0.2)
    waves, _ = batch_of(data, settings, 100)
    left = [np.square(wave).sum() / whole for wave in waves]
    assert min(left) == pytest.approx(0.8, abs=0.05)
    assert max(left) == pytest.approx(1.0, abs=0.02)
    waves, _ = batch_of(data, replace(settings, stay_share=0.5), 100)
    starts = [active_range(wave)[0] for wave in waves]
    assert 0.35 < np.mean(np.isclose(starts, 2400, atol=80)) < 0.75


def test_its_pitch_follows_its_speed(data: SoundData) -> None:
    waves, words = batch_of(data, replace(PLAIN, stretch_time=0.2), 60)
    factors = [loudest(wave) / PITCH[word] for wave, word in zip(waves, words, strict=True)]
    assert min(factors) == pytest.approx(0.8, abs=0.05)
    assert max(factors) == pytest.approx(1.2, abs=0.05)


def test_gain_is_in_its_range(data: SoundData) -> None:
    waves, _ = batch_of(data, replace(PLAIN, gain_db=(-30, 0)), 60)
    peaks = 20 * np.log10(np.abs(waves).max(axis=1) / 0.3)
    assert -30.1 < peaks.min() < -24
    assert -6 < peaks.max() < 0.1


def test_noise_comes_at_its_ratio(data: SoundData) -> None:
    """Recorded noise, here at a pitch of its own; a fifth of it is other people talking."""
    waves, words = batch_of(
        data, replace(PLAIN, noise_share=1, snr_db=(10, 10), babble_share=0.2), 60
    )
    recorded = 0
    for wave, word in zip(waves, words, strict=True):
        added = wave - said(PITCH[word])
        ratio = np.square(said(PITCH[word])).mean() / np.square(added).mean()
        assert 10 * np.log10(ratio) == pytest.approx(10, abs=0.1)
        recorded += loudest(added) == pytest.approx(NOISE_PITCH, abs=2)
    assert 36 <= recorded <= 57


def test_a_neighbour_is_heard_beside_the_word_not_over_it(data: SoundData) -> None:
    waves, words = batch_of(data, replace(PLAIN, neighbour_share=1), 60)
    heard_beside = 0
    for wave, word in zip(waves, words, strict=True):
        np.testing.assert_allclose(wave[2400:5600], said(PITCH[word])[2400:5600], atol=1e-4)
        heard_beside += np.abs(wave[:2160]).max() > 0.1 or np.abs(wave[5840:]).max() > 0.1
    assert heard_beside == 60


class TestUnknown:
    def test_is_other_speech_and_pieces_of_words_never_a_whole_one(self, data: SoundData) -> None:
        settings = replace(PLAIN, unknown_share=1.0, max_shift=10)
        waves, words = batch_of(data, settings, 100)
        assert set(words) == {UNKNOWN}
        pitches = np.array([loudest(wave) for wave in waves])
        other = np.abs(pitches - OTHER_PITCH) < 3
        assert other.mean() == pytest.approx(settings.other_share, abs=0.15)
        for wave in waves[~other]:
            level = np.abs(wave).reshape(-1, 80).max(axis=1)
            unbroken = max(len(run) for run in "".join(" x"[int(v > 0.1)] for v in level).split())
            assert unbroken <= 0.5 * 40 + 1  # steps of 10 ms; a word has 40

    def test_can_be_made_without_other_speech(self, data: SoundData) -> None:
        without = data.clips.select(data.clips.target != LABELS.index(UNKNOWN))
        settings = replace(PLAIN, unknown_share=0.5)
        waves, words = batch_of(SoundData(without, data.noise), settings, 20)
        assert words.count(UNKNOWN) == 10
        assert all(np.abs(wave).max() > 0.1 for wave in waves)


class TestSilence:
    def test_is_noise_and_pictures_of_silence_at_every_level(self, data: SoundData) -> None:
        waves, _ = batch_of(data, replace(PLAIN, silence_share=1.0), 200)
        pitches = np.array([loudest(wave) for wave in waves])
        assert np.isin(np.round(pitches), (SILENCE_PITCH, NOISE_PITCH)).all()
        peaks = 20 * np.log10(np.abs(waves).max(axis=1))
        assert peaks.min() < -90
        assert -12 < peaks.max() < 0

    def test_without_noise_is_digital(self, data: SoundData) -> None:
        spoken = data.clips.select(data.clips.target < len(WORDS))
        nothing = SoundData(spoken, [np.zeros(RATE, np.float32)])
        waves, _ = batch_of(nothing, replace(PLAIN, silence_share=1.0), 5)
        assert not waves.any()


def test_where_sound_starts_and_ends_is_found_in_steps_of_10_ms() -> None:
    assert active_range(said(500, 2400, 5600)) == (2400, 5600)
    assert active_range(np.zeros(RATE, np.float32)) == (0, RATE)
    louder = said(500, 800, 1600) + 0.01 * said(500, 4000, 4800)
    assert active_range(louder) == (800, 1600)
    assert active_range(louder, below_peak_db=50.0) == (800, 4800)


@pytest.mark.parametrize("by", [0, 5, -5, 12, -12])
def test_a_shift_brings_zeros_in(by: int) -> None:
    wave = np.arange(1, 11, dtype=np.float32)
    wanted = [wave[i - by] if 0 <= i - by < 10 else 0 for i in range(10)]
    np.testing.assert_array_equal(shifted(wave, by), wanted)
