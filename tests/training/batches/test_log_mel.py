"""Batches: who is in them and how often, and what their pictures have been through."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from kws_core.augment.log_mel import active_range, frame_level
from kws_core.augment.policies import SpecAugmentPolicy
from kws_core.features.front_ends import LN_TO_DB, LogMelConfig
from kws_core.labels import LABELS, UNKNOWN
from kws_core.training.batches.augmentation import AugmentSettings
from kws_core.training.batches.log_mel import SILENCE_INDEX, UNKNOWN_INDEX, BatchMaker
from kws_core.training.checkpoint import Miner
from kws_core.training.dataset.clips import digital_silence
from kws_core.training.dataset.jpeg import pictured
from kws_core.training.dataset.load import Clips, Stream, TrainingData
from tests.helpers.training_toys import NOTHING_CHANGED

CONFIG = LogMelConfig()
FLOOR = CONFIG.log_floor
BANDS, FRAMES = CONFIG.n_mels, CONFIG.n_frames
WORDS_ONLY = replace(NOTHING_CHANGED, silence_share=0.0, unknown_share=0.0)
UNKNOWN_ONLY = replace(NOTHING_CHANGED, silence_share=0.0, unknown_share=1.0)
COUNTS = {"yes": 1, "no": 40, "up": 5}  # clips of each word


def clips_of(pictures: list[tuple[str, np.ndarray]], is_picture: bool) -> Clips:
    """Clips of (word, (bands, length) array), filled up with the floor."""
    log_mel = np.full((len(pictures), BANDS, FRAMES), FLOOR, np.float16)
    for row, (_, picture) in enumerate(pictures):
        log_mel[row, :, : picture.shape[1]] = picture
    return Clips(
        log_mel,
        np.array([picture.shape[1] for _, picture in pictures], np.int16),
        np.array([LABELS.index(word) for word, _ in pictures], np.int16),
        np.array([f"speaker {row}" for row in range(len(pictures))]),
        np.full(len(pictures), is_picture),
    )


def word_picture(word: str) -> np.ndarray:
    """A word of 30 frames behind 20 of silence, in a band of its own, (bands, 60)."""
    picture = np.full((BANDS, 60), FLOOR)
    band = 4 + 8 * list(COUNTS).index(word)
    picture[band : band + 4, 20:50] = 4.0
    return picture


def training_data(clips: Clips) -> TrainingData:
    rng = np.random.default_rng(0)
    noise = rng.normal(-8, 1, (BANDS, 400)).astype(np.float16)
    short = rng.normal(-5, 1, (BANDS, 40)).astype(np.float16)
    return TrainingData(clips, [Stream("rain", noise)], [Stream("amelia", short)])


@pytest.fixture(scope="module")
def clips() -> Clips:
    pictures = [(word, word_picture(word)) for word, n in COUNTS.items() for _ in range(n)]
    return clips_of(pictures, is_picture=True)


def maker(clips: Clips, settings: AugmentSettings | None = None) -> BatchMaker:
    return BatchMaker(training_data(clips), CONFIG, settings)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_a_batch_has_pictures_and_a_distribution_over_labels_for_each(clips: Clips) -> None:
    log_mel, target = maker(clips).batch(50, seeded(0))
    assert log_mel.shape == (50, BANDS, FRAMES)
    assert log_mel.dtype == torch.float32
    assert target.shape == (50, len(LABELS))
    torch.testing.assert_close(target.sum(dim=1), torch.ones(50))
    assert target.min() >= 0


def test_silence_and_unknown_have_their_shares(clips: Clips) -> None:
    settings = AugmentSettings(silence_share=0.1, unknown_share=0.3)
    _, target = maker(clips, settings).batch(200, seeded(0))
    count = target.sum(dim=0)
    assert int(count[SILENCE_INDEX]) == 20
    assert int(count[UNKNOWN_INDEX]) == 60


@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_batch_may_be_too_small_for_silence_and_unknown(clips: Clips, size: int) -> None:
    log_mel, target = maker(clips).batch(size, seeded(0))
    assert len(log_mel) == len(target) == size


def test_a_rare_word_is_drawn_as_often_as_a_common_one(clips: Clips) -> None:
    """One clip of yes, forty of no: a third each, within four standard deviations."""
    s = AugmentSettings(balance=1.0)
    _, target = maker(clips, s).batch(1500, seeded(1))
    count = target.sum(dim=0)
    words = count[[LABELS.index(word) for word in COUNTS]]
    n = float(words.sum())
    assert n == 1500 - round(1500 * s.silence_share) - round(1500 * s.unknown_share)
    spread = 4 * (n * 1 / 3 * 2 / 3) ** 0.5
    assert words.tolist() == pytest.approx([n / 3] * 3, abs=spread)
    assert count.sum() == 1500  # no word that has no clip


@pytest.mark.slow
def test_half_balanced_a_word_comes_as_the_root_of_its_clips(clips: Clips) -> None:
    settings = AugmentSettings(balance=0.5, silence_share=0.0, unknown_share=0.0)
    _, target = maker(clips, settings).batch(3000, seeded(1))
    share = target.mean(dim=0)[[LABELS.index(word) for word in COUNTS]]
    roots = torch.tensor([float(n) for n in COUNTS.values()]).sqrt()
    torch.testing.assert_close(share, roots / roots.sum(), atol=0.03, rtol=0.0)


def test_the_same_generator_gives_the_same_batch_and_another_another(clips: Clips) -> None:
    batches = maker(clips)
    first, target = batches.batch(16, seeded(5))
    again, target_again = maker(clips).batch(16, seeded(5))
    assert torch.equal(first, again)
    assert torch.equal(target, target_again)
    assert not torch.equal(first, batches.batch(16, seeded(6))[0])


def test_a_generator_goes_on_and_no_other_is_drawn_from(clips: Clips) -> None:
    generator, batches, before = seeded(5), maker(clips), torch.get_rng_state()
    first, second = (batches.batch(16, generator)[0] for _ in range(2))
    assert not torch.equal(first, second)
    assert torch.equal(torch.get_rng_state(), before)


def test_values_stay_between_floor_and_ceiling(clips: Clips) -> None:
    loud = AugmentSettings(gain_db=(-60.0, 60.0), curve_db=20.0)
    log_mel, _ = maker(clips, loud).batch(200, seeded(2))
    assert log_mel.isfinite().all()
    assert log_mel.min() >= FLOOR - 1e-5
    assert log_mel.max() <= CONFIG.log_ceiling + 1e-5
    assert log_mel.min() < FLOOR + 1  # and come near to both
    assert log_mel.max() > CONFIG.log_ceiling - 1


def test_a_word_is_moved_but_never_cut(clips: Clips) -> None:
    settings = replace(WORDS_ONLY, max_shift=98)
    log_mel, _ = maker(clips, settings).batch(300, seeded(3))
    first, last = active_range(log_mel)
    assert (last - first).unique().tolist() == [30]
    assert int(first.min()) <= 2
    assert int(last.max()) >= FRAMES - 2


def test_a_word_may_lose_a_part_at_the_edge_but_no_more_than_allowed(clips: Clips) -> None:
    settings = replace(WORDS_ONLY, max_shift=98)
    log_mel, _ = maker(clips, replace(settings, lost=0.2)).batch(300, seeded(3))
    first, last = active_range(log_mel)
    at_edge = (first == 0) | (last == FRAMES)
    assert (last - first)[~at_edge].unique().tolist() == [30]
    assert int((last - first).min()) == 24


def test_a_share_of_words_stays_where_it_was_said_even_if_it_was_cut_off() -> None:
    cut_off = word_picture("no")[:, :45]  # its last five frames were not recorded
    late = np.concatenate([np.full((BANDS, FRAMES - 45), FLOOR), cut_off], axis=1)
    settings = replace(WORDS_ONLY, max_shift=20)
    clips = clips_of([("no", late)], is_picture=True)
    for stay, least, most in ((0.0, 0.0, 0.15), (0.5, 0.45, 0.65), (1.0, 1.0, 1.0)):
        log_mel, _ = maker(clips, replace(settings, stay_share=stay)).batch(300, seeded(3))
        _, last = active_range(log_mel)
        assert least <= (last == FRAMES).float().mean() <= most


def test_a_word_is_moved_no_further_than_allowed(clips: Clips) -> None:
    settings = replace(WORDS_ONLY, max_shift=7)
    first, _ = active_range(maker(clips, settings).batch(300, seeded(3))[0])
    assert (int(first.min()), int(first.max())) == (20 - 7, 20 + 7)


def test_the_target_is_the_word_in_the_picture(clips: Clips) -> None:
    log_mel, target = maker(clips, WORDS_ONLY).batch(60, seeded(4))
    loudest_band = log_mel.amax(dim=2).argmax(dim=1)
    for band, label in zip(loudest_band.tolist(), target.argmax(dim=1).tolist(), strict=True):
        assert LABELS[label] == list(COUNTS)[(band - 4) // 8]


def test_a_neighbour_is_heard_beside_the_word_not_over_it(clips: Clips) -> None:
    without, _ = maker(clips, WORDS_ONLY).batch(100, seeded(8))
    beside, _ = maker(clips, replace(WORDS_ONLY, neighbour_share=1.0)).batch(100, seeded(8))
    touched = ((beside - without) > 0.8).any(dim=1)  # the floors add up to ln 2 above one
    first, last = active_range(without)
    frame = torch.arange(FRAMES)
    in_word = (frame >= first[:, None]) & (frame < last[:, None])
    assert not (touched & in_word).any()
    assert touched.any(dim=1).float().mean() > 0.5


def rough(seed: int = 3) -> np.ndarray:
    """A second of noise that fills every frame: there is no room to move it."""
    return np.random.default_rng(seed).normal(0.5, 0.8, (BANDS, FRAMES)).astype(np.float16)


def as_picture(log_mel: np.ndarray) -> torch.Tensor:
    return pictured(torch.from_numpy(log_mel).float()[None])[0]


@pytest.mark.parametrize("is_picture", [True, False])
def test_recordings_become_jpeg_and_pictures_are_left(is_picture) -> None:
    """So that nothing tells a word known from pictures from one known from recordings."""
    clips = clips_of([("yes", rough())], is_picture)
    log_mel, _ = maker(clips, WORDS_ONLY).batch(20, seeded(0))
    wanted = torch.from_numpy(rough()).float() if is_picture else as_picture(rough())
    torch.testing.assert_close(log_mel, wanted.expand(20, -1, -1), atol=1e-4, rtol=0)
    assert float((wanted - torch.from_numpy(rough()).float()).std()) > 0.2 or is_picture


@pytest.mark.parametrize("kind", ["noise", "other", "more_speech"])
def test_no_label_is_given_away_by_not_being_jpeg(clips: Clips, kind: str) -> None:
    """What was silence or unknown was not once, and clean words were taken for those."""
    data = replace(training_data(clips), **{kind: [Stream("rough", rough())]})
    settings = replace(
        NOTHING_CHANGED,
        silence_share=0.5 if kind == "noise" else 0.0,
        unknown_share=0.0 if kind == "noise" else 0.5,
        other_share=1.0,
        more_share=1.0 if kind == "more_speech" else 0.0,
        piece_share=0.0,
    )
    log_mel, _ = BatchMaker(data, CONFIG, settings).batch(40, seeded(0))
    log_mel = log_mel[20:]  # words come first
    loud = log_mel.amin(dim=(1, 2)) > FLOOR + 0.1  # of the faintest silence, the floor cuts a part
    assert int(loud.sum()) > 5
    level = (log_mel - as_picture(rough()))[loud]  # silence comes at any
    torch.testing.assert_close(level, level[:, :1, :1].expand_as(level), atol=1e-4, rtol=0)


def test_digital_silence_stays_as_it_is(clips: Clips) -> None:
    data = replace(training_data(clips), noise=[digital_silence(CONFIG)])
    settings = replace(NOTHING_CHANGED, silence_share=0.5, unknown_share=0.0)
    log_mel, _ = BatchMaker(data, CONFIG, settings).batch(40, seeded(0))
    log_mel = log_mel[20:]  # words come first
    assert float((log_mel.amax(dim=(1, 2)) - log_mel.amin(dim=(1, 2))).max()) < 1e-4


def test_the_filling_behind_a_recording_stays_as_it_is() -> None:
    clips = clips_of([("yes", np.full((BANDS, 60), 0.5))], is_picture=False)
    log_mel, _ = maker(clips, WORDS_ONLY).batch(20, seeded(0))
    at_floor = (log_mel <= FLOOR + 0.02).all(dim=1).sum(dim=1)
    assert at_floor.tolist() == [FRAMES - 60] * 20


def test_silence_comes_at_every_level_and_is_none_of_the_words(clips: Clips) -> None:
    settings = replace(NOTHING_CHANGED, silence_share=0.9, unknown_share=0.0)
    log_mel, target = maker(clips, settings).batch(300, seeded(9))
    log_mel, target = log_mel[30:], target[30:]  # speech comes first
    assert (target.argmax(dim=1) == SILENCE_INDEX).all()
    peak = frame_level(log_mel).amax(dim=1)
    floor_of_all_bands = FLOOR + np.log(BANDS)
    assert float(peak.min()) < floor_of_all_bands + 1
    assert float(peak.max()) == pytest.approx(6.0, abs=0.5)


def test_unknown_is_other_speech_and_pieces_of_words_never_a_whole_one(clips: Clips) -> None:
    log_mel, target = maker(clips, UNKNOWN_ONLY).batch(200, seeded(10))
    assert (target.argmax(dim=1) == UNKNOWN_INDEX).all()
    pieces = log_mel[round(200 * UNKNOWN_ONLY.other_share) :]  # other speech comes first
    for word in COUNTS:
        band = 4 + 8 * list(COUNTS).index(word)
        heard = (pieces[:, band] > 0).sum(dim=1)
        # Half a word and, of the same word, 45 % more.
        assert int(heard.max()) <= 0.5 * 30 + 0.45 * 30
    assert (pieces > 0).any(dim=(1, 2)).all()


def test_other_speech_is_also_heard_in_short_pieces_in_the_middle(clips: Clips) -> None:
    """As the word finder asks: a stretch, and everything else turned down."""
    settings = replace(UNKNOWN_ONLY, other_share=1.0, piece_share=1.0)
    speech = Stream("speech", np.full((BANDS, 500), 2.0, np.float16))
    data = replace(training_data(clips), other=[speech])
    log_mel, target = BatchMaker(data, CONFIG, settings).batch(300, seeded(12))
    assert (target.argmax(dim=1) == UNKNOWN_INDEX).all()
    first, last = active_range(log_mel)
    assert int((last - first).min()) >= 15
    assert int((last - first).max()) <= 69
    assert ((first + last) / 2 - FRAMES / 2).abs().max() <= 11
    in_front = (log_mel[:, 0, 0].mean() - 2.0) * LN_TO_DB
    assert -60 < float(in_front) < -25


def test_of_other_speech_a_share_is_from_the_folder_of_more(clips: Clips) -> None:
    settings = replace(UNKNOWN_ONLY, other_share=1.0, more_share=0.25)
    quiet = Stream("quiet", np.full((BANDS, 500), 1.0, np.float16))
    loud = Stream("loud", np.full((BANDS, 500), 3.0, np.float16))

    def loud_share(other: list[Stream], more: list[Stream]) -> float:
        data = replace(training_data(clips), other=other, more_speech=more)
        log_mel, target = BatchMaker(data, CONFIG, settings).batch(40, seeded(12))
        assert (target.argmax(dim=1) == UNKNOWN_INDEX).all()
        return float((log_mel.mean(dim=(1, 2)) > 2.0).float().mean())

    assert loud_share([quiet], [loud]) == 0.25
    assert loud_share([quiet], []) == 0.0
    assert loud_share([], [loud]) == 1.0


def test_words_played_backwards_are_unknown_unless_they_are_words_again(clips: Clips) -> None:
    settings = replace(UNKNOWN_ONLY, other_share=0.0)
    rising = np.full((BANDS, 60), FLOOR)
    for frame in range(20, 50):
        rising[frame - 15 : frame - 5, frame] = 4.0
    settings = replace(settings, reversed_share=1.0)
    log_mel, target = maker(clips_of([("yes", rising)], True), settings).batch(50, seeded(3))
    assert (target.argmax(dim=1) == UNKNOWN_INDEX).all()
    for picture in log_mel:
        heard = (picture > 0).any(dim=0)
        lowest_band = (picture > 0).float().argmax(dim=0)[heard]
        assert len(lowest_band) == 30
        assert (lowest_band.diff() == -1).all()
    # "no" backwards is "on": it is cut instead, and its pieces still rise.
    log_mel, _ = maker(clips_of([("no", rising)], True), settings).batch(50, seeded(3))
    assert ((log_mel > 0).any(dim=1).sum(dim=1) < 30).all()


def test_a_hurried_word_is_shorter_by_no_more_than_allowed(clips: Clips) -> None:
    settings = replace(WORDS_ONLY, hurry=0.4)
    first, last = active_range(maker(clips, settings).batch(300, seeded(14))[0])
    length = last - first
    assert 30 * 0.6 - 1 <= int(length.min()) <= 30 * 0.65 + 1
    assert int(length.max()) in (30, 31)


def test_only_a_share_is_stretched_and_the_rest_stays_as_sharp_as_it_was(clips: Clips) -> None:
    """Interpolation smooths; a network that only ever met what is smooth fails at what is not."""
    settings = replace(WORDS_ONLY, stretch_bands=0.2, stretch_share=0.5)
    log_mel, _ = maker(clips, settings).batch(200, seeded(14))
    between = (log_mel > FLOOR + 0.1) & (log_mel < 3.9)  # neither silence nor the word
    sharp = ~between.flatten(1).any(dim=1)
    assert 70 < int(sharp.sum()) < 130


def test_some_words_stand_in_digital_silence() -> None:
    noisy = np.full((BANDS, 98), -8.0)
    noisy[10:20, 30:70] = 4.0
    settings = replace(WORDS_ONLY, cut_share=0.5)
    clips = clips_of([("yes", noisy)], is_picture=True)
    log_mel, _ = maker(clips, settings).batch(200, seeded(13))
    cut = (log_mel < FLOOR + 0.01).all(dim=1).sum(dim=1) == 98 - 40
    assert 70 < int(cut.sum()) < 130


def test_masks_cover_no_more_than_their_widths(clips: Clips) -> None:
    board = 4.0 * (np.add.outer(np.arange(BANDS), np.arange(FRAMES)) % 2)  # 2 on average
    flat = clips_of([("yes", board)], is_picture=True)
    settings = replace(
        WORDS_ONLY,
        masks=SpecAugmentPolicy(freq_mask=6, n_freq_masks=2, time_mask=14, n_time_masks=1),
    )
    log_mel, _ = maker(flat, settings).batch(100, seeded(11))
    plain, _ = maker(flat, replace(settings, masks=SpecAugmentPolicy())).batch(1, seeded(11))
    changed = (log_mel - plain).abs() > 0.5
    whole_frames = changed.float().mean(dim=1) > 0.9
    whole_bands = changed.float().mean(dim=2) > 0.9
    assert int(whole_frames.sum(dim=1).max()) == 14
    assert 6 < int(whole_bands.sum(dim=1).max()) <= 12
    assert not (changed & ~whole_frames[:, None] & ~whole_bands[:, :, None]).any()


class Deaf(torch.nn.Module):
    """Takes a window for a word where its first band is loud, for unknown elsewhere."""

    def forward(self, log_mel: torch.Tensor) -> torch.Tensor:
        loud = log_mel[:, 0].mean(dim=1) > 0
        logits = torch.zeros(len(log_mel), len(LABELS))
        logits[loud, 0] = 20.0
        logits[~loud, LABELS.index(UNKNOWN)] = 20.0
        return logits


class TestFluentEnglish:
    @pytest.fixture
    def maker(self, clips: Clips) -> BatchMaker:
        """Two sentences of two seconds: the second sounds like a word to `Deaf`."""
        shape = (BANDS, 200)
        plain, hard = np.full(shape, -8.0, np.float16), np.full(shape, 2.0, np.float16)
        data = replace(training_data(clips), fluent=[Stream("plain", plain), Stream("hard", hard)])
        settings = AugmentSettings(unknown_share=0.5, fluent_share=0.8, hard_share=0.5)
        return BatchMaker(data, CONFIG, settings)

    def test_what_a_network_takes_for_a_word_is_mined(self, maker: BatchMaker) -> None:
        assert maker.mine(Deaf(), 200, seeded(0)) == len(maker.hard_windows) > 50
        windows = maker.unknown.fluent.windows(maker.hard_windows)
        assert (windows[:, 0].mean(dim=1) > 0).all()

    def test_what_no_longer_is_hard_is_dropped(self, maker: BatchMaker) -> None:
        maker.mine(Deaf(), 100, seeded(0))
        silent = Deaf()
        silent.forward = lambda x: torch.eye(len(LABELS))[[UNKNOWN_INDEX] * len(x)] * 20
        assert maker.mine(silent, 100, seeded(1)) == 0

    def test_hard_windows_have_their_share_of_what_is_unknown(self, maker: BatchMaker) -> None:
        maker.mine(Deaf(), 100, seeded(0))
        drawn: list[int] = []
        maker.unknown.fluent.draw_hard = lambda n, generator: (
            drawn.append(n) or maker.unknown.fluent.windows(maker.hard_windows[:n])
        )
        _, target = maker.batch(100, seeded(2))
        assert drawn == [20]  # half of eight tenths of fifty
        assert int((target.argmax(dim=1) == UNKNOWN_INDEX).sum()) == 50

    def test_they_come_back_with_a_checkpoint(self, maker: BatchMaker) -> None:
        maker.mine(Deaf(), 100, seeded(0))
        found = maker.hard_windows
        assert isinstance(maker, Miner)
        maker.hard_windows = torch.zeros(0, dtype=torch.long)
        maker.hard_windows = found
        assert torch.equal(maker.hard_windows, found)
