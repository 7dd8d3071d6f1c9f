"""The recogniser: the same answers whatever the rate, the batch or the thread."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch

from kws_core.audio.one_second import in_room_tone
from kws_core.audio.read import read_audio
from kws_core.audio.waveform import resample
from kws_core.errors import (
    BadSampleRateError,
    BadSamplesError,
    EmptyAudioError,
    TooLongError,
    UnknownModelError,
)
from kws_core.features.front_ends import LogMel, LogMelConfig
from kws_core.labels import LABELS, SILENCE, UNKNOWN
from kws_core.models import available_models
from kws_core.samples import list_samples
from kws_core.spotting.prediction import Prediction
from kws_core.spotting.recognizer import BATCH_SIZE, DEFAULT_MODEL, Recognizer
from tests.helpers.taught_words import save_toy_model

RATE = 16_000
needs_shipped_model = pytest.mark.skipif(
    DEFAULT_MODEL not in available_models(), reason=f"assets/models holds no {DEFAULT_MODEL}"
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    """An untrained network whose answers still differ from sound to sound."""
    folder = tmp_path_factory.mktemp("models")
    save_toy_model(folder, "small", temperature=0.05)
    return Recognizer.load("small", folder)


@pytest.fixture(params=["small", pytest.param(DEFAULT_MODEL, marks=needs_shipped_model)])
def recognizer(request: pytest.FixtureRequest, small: Recognizer) -> Recognizer:
    return small if request.param == "small" else Recognizer.load(request.param)


def sound(seed: int, seconds: float = 1.0, rate: int = RATE) -> np.ndarray:
    """A chord below 2 kHz that swells and fades, the same at every rate."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate)) / rate
    chord = sum(np.sin(2 * np.pi * f * time) for f in rng.uniform(200, 2000, 3))
    swell = np.sin(np.pi * time / seconds) ** 2
    return (0.2 * swell * chord).astype(np.float32)


def apart(a: Prediction, b: Prediction) -> float:
    """The largest difference between two predictions' scores."""
    return max(abs(a.scores[label] - b.scores[label]) for label in LABELS)


def test_scores_are_probabilities_of_every_label_best_first(recognizer: Recognizer) -> None:
    prediction = recognizer.classify(sound(1), RATE)
    scores = list(prediction.scores.values())
    assert set(prediction.scores) == set(LABELS) == set(recognizer.labels)
    assert sum(scores) == pytest.approx(1.0, abs=1e-9)
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= 0.0
    assert (prediction.label, prediction.score) == next(iter(prediction.scores.items()))


def test_different_sounds_get_different_answers(recognizer: Recognizer) -> None:
    """Without this, the tests that compare answers would compare nothing."""
    answers = [recognizer.classify(sound(seed), RATE) for seed in range(6)]
    assert max(apart(answers[0], other) for other in answers[1:]) > 0.05


def test_scores_are_the_softmax_of_the_logits_over_the_temperature(small: Recognizer) -> None:
    clip = sound(1)
    with torch.inference_mode():
        logits = small._model.network(small._model.front_end(torch.from_numpy(clip)[None]))[0]
    wanted = torch.softmax(logits.double() / 0.05, dim=0)
    scores = small.classify(clip, RATE).scores
    for label, probability in zip(LABELS, wanted.tolist(), strict=True):
        assert scores[label] == pytest.approx(probability, abs=1e-6)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
def test_a_sound_is_heard_alike_at_any_rate(recognizer: Recognizer, rate: int) -> None:
    at_16k = recognizer.classify(resample(sound(2, rate=rate), rate, RATE)[:RATE], RATE)
    assert apart(recognizer.classify(sound(2, rate=rate), rate), at_16k) < 1e-4


def test_whole_numbers_are_heard_as_floats_are(recognizer: Recognizer) -> None:
    steps = np.round(sound(3) * 32_768).astype(np.int16)
    from_floats = recognizer.classify(steps.astype(np.float32) / 32_768, RATE)
    assert recognizer.classify(steps, RATE) == from_floats
    assert recognizer.classify(steps.astype(np.int32) * 65_536, RATE) == from_floats


@pytest.mark.parametrize("missing", [1, 2, 7_999, 15_999])
def test_a_short_clip_is_put_in_the_middle_of_room_tone(recognizer: Recognizer, missing) -> None:
    clip = sound(4)[: RATE - missing]
    padded = in_room_tone(clip, RATE)
    assert len(padded) == recognizer.n_samples == RATE
    assert recognizer.classify(clip, RATE) == recognizer.classify(padded, RATE)


def test_more_than_a_second_is_refused_with_the_way_out(recognizer: Recognizer) -> None:
    with pytest.raises(TooLongError, match=r"1\.50 s long.*at most 1 s.*find_words"):
        recognizer.classify(sound(5, 1.5), RATE)


def test_up_to_a_tenth_more_is_still_a_second(recognizer: Recognizer) -> None:
    clip = sound(5)
    longer = np.append(clip, np.zeros(1600, np.float32))
    assert recognizer.classify(longer, RATE) == recognizer.classify(clip, RATE)
    with pytest.raises(TooLongError):
        recognizer.classify(np.append(longer, np.float32(0)), RATE)
    one_second_at_44k = np.zeros(44_100, np.float32)
    assert recognizer.classify(one_second_at_44k, 44_100).scores


def test_a_batch_gives_what_its_clips_give_alone(recognizer: Recognizer) -> None:
    clips = [sound(seed, 0.3 + 0.1 * seed) for seed in range(8)]
    together = recognizer.classify_batch(clips, RATE)
    assert len(together) == 8
    for clip, prediction in zip(clips, together, strict=True):
        assert apart(prediction, recognizer.classify(clip, RATE)) < 1e-4


def test_no_clips_give_no_predictions(recognizer: Recognizer) -> None:
    assert recognizer.classify_batch([], RATE) == []


def test_more_windows_than_one_pass_takes_come_back_in_order(small: Recognizer) -> None:
    windows = np.stack([sound(seed % 5) for seed in range(BATCH_SIZE + 6)])
    posteriors = small.posteriors(windows)
    assert posteriors.shape == (BATCH_SIZE + 6, len(LABELS))
    np.testing.assert_allclose(posteriors[-6:], posteriors[BATCH_SIZE % 5 :][:6], atol=1e-5)


def test_threads_that_share_a_recognizer_get_the_same_answers(recognizer: Recognizer) -> None:
    clips = [sound(seed) for seed in range(16)]
    in_turn = [recognizer.classify(clip, RATE) for clip in clips]
    with ThreadPoolExecutor(8) as pool:
        at_once = list(pool.map(lambda clip: recognizer.classify(clip, RATE), clips))
    assert max(apart(a, b) for a, b in zip(in_turn, at_once, strict=True)) < 1e-5


def test_a_clip_is_not_changed(recognizer: Recognizer) -> None:
    clip = sound(6, 0.7)
    clip.setflags(write=False)
    before = clip.copy()
    recognizer.classify(clip, RATE)
    np.testing.assert_array_equal(clip, before)


@pytest.mark.parametrize(
    ("samples", "rate", "error"),
    [
        (np.array([0.0, np.nan], np.float32), RATE, BadSamplesError),
        (np.zeros(100, np.complex64), RATE, BadSamplesError),
        (np.zeros(0, np.float32), RATE, EmptyAudioError),
        (np.zeros(100, np.float32), 0, BadSampleRateError),
    ],
)
def test_samples_that_are_no_sound_are_refused(small: Recognizer, samples, rate, error) -> None:
    with pytest.raises(error):
        small.classify(samples, rate)
    with pytest.raises(error):
        small.find_words(samples, rate)


def test_one_bad_clip_of_a_batch_is_refused(small: Recognizer) -> None:
    with pytest.raises(BadSamplesError):
        small.classify_batch([sound(1), np.full(100, np.nan, np.float32)], RATE)


def test_digital_silence_is_taken(recognizer: Recognizer) -> None:
    assert sum(recognizer.classify(np.zeros(RATE), RATE).scores.values()) == pytest.approx(1.0)


def test_features_are_what_the_front_end_makes(recognizer: Recognizer) -> None:
    clip = sound(1)
    with torch.inference_mode():
        wanted = LogMel(recognizer.log_mel_config())(torch.from_numpy(clip)[None])[0].numpy()
    np.testing.assert_array_equal(recognizer.features(clip), wanted)
    assert recognizer.features(clip).shape == (40, 98)
    assert recognizer.features(clip[:10]).shape == (40, 1)


def test_the_log_mel_settings_are_those_of_the_card(small: Recognizer) -> None:
    assert small.log_mel_config() == LogMelConfig()
    assert small.card.front_end["kind"] == "log-mel"


def test_a_prediction_knows_whether_it_is_a_word() -> None:
    assert Prediction("yes", 0.9, {"yes": 0.9}).is_word
    assert not Prediction(SILENCE, 0.9, {SILENCE: 0.9}).is_word
    assert not Prediction(UNKNOWN, 0.9, {UNKNOWN: 0.9}).is_word


def test_predictions_are_timed_but_equal_without(small: Recognizer) -> None:
    first, second = (small.classify(sound(1), RATE) for _ in range(2))
    assert first.timing.features > 0 < first.timing.model
    assert first == second


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match="'nope'"):
        Recognizer.load("nope", tmp_path)
    assert Recognizer.available(tmp_path) == ()


@needs_shipped_model
def test_the_shipped_model_hears_the_words_of_the_sample_clips() -> None:
    recognizer = Recognizer.load()
    words = [sample for sample in list_samples() if sample.kind == "word"]
    clips = [read_audio(sample.path).samples for sample in words]
    heard = [prediction.label for prediction in recognizer.classify_batch(clips, RATE)]
    right = [sample.words[0].label == label for sample, label in zip(words, heard, strict=True)]
    assert sum(right) >= len(words) - 1, heard


def test_the_last_layer_makes_the_scores_of_the_embedding(recognizer: Recognizer) -> None:
    model = recognizer._model
    embedding = recognizer.embedding(sound(3), RATE)
    last = [m for m in model.network.modules() if isinstance(m, torch.nn.Linear)][-1]
    logits = last(torch.from_numpy(embedding)) / model.card.temperature
    expected = recognizer.classify(sound(3), RATE).scores
    found = dict(zip(LABELS, torch.softmax(logits.double(), dim=0).tolist(), strict=True))
    assert found == pytest.approx(expected, abs=1e-5)


def test_an_embedding_is_of_its_own_clip_while_other_threads_use_the_model(
    recognizer: Recognizer,
) -> None:
    clips = [sound(seed) for seed in range(8)]
    alone = [recognizer.embedding(clip, RATE) for clip in clips]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda clip: recognizer.embedding(clip, RATE), clips * 4))
    assert np.array(together) == pytest.approx(np.array(alone * 4), abs=1e-5)
