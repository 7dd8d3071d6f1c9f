"""Backgrounds that are made here, and recordings that are not there."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.augment import Chain
from kws_core.augment.steps.background import Background
from kws_core.augment.steps.gain import Gain
from kws_core.lab.backgrounds import MEANINGS, babble, made_backgrounds, only_known


@pytest.mark.parametrize("name", MEANINGS)
def test_every_background_is_sound_of_full_length(name: str) -> None:
    sound = made_backgrounds()[name]
    assert sound.dtype == np.float32
    assert len(sound) >= 3 * 16_000
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() == pytest.approx(0.5, rel=1e-3)
    seconds = sound[: len(sound) // 16_000 * 16_000].reshape(-1, 16_000)
    assert (np.square(seconds).mean(axis=1) > 1e-6).all()  # none is silent


def test_they_sound_different() -> None:
    spectra = []
    for sound in made_backgrounds().values():
        power = np.abs(np.fft.rfft(sound[:64_000])) ** 2
        spectra.append(np.log(power.reshape(-1)[1:32_001].reshape(32, -1).sum(axis=1)))
    for i, one in enumerate(spectra):
        for other in spectra[i + 1 :]:
            assert np.abs(one - one.mean() - other + other.mean()).mean() > 0.3


def test_hum_is_at_the_mains_frequency() -> None:
    spectrum = np.abs(np.fft.rfft(made_backgrounds()["mains_hum"]))
    assert spectrum.argmax() / 4 == 50.0  # bins are 0.25 Hz apart


def test_babble_makes_all_voices_as_loud() -> None:
    loud, quiet = np.full(16_000, 0.9, np.float32), np.full(16_000, 0.001, np.float32)
    np.testing.assert_allclose(babble([loud, quiet]), babble([quiet, quiet]), rtol=1e-5)


def test_a_background_step_has_backgrounds_that_are_made_here() -> None:
    assert set(Background().recordings) <= set(MEANINGS)


def test_recordings_that_are_gone_are_left_out_of_a_chain() -> None:
    some = Background(recordings=("rain", "my_file"), max_snr_db=2.0, probability=0.5, name="b")
    none = Background(recordings=("tap",))
    chain, missing = only_known(Chain([Gain(), some, none]), ("voices", "rain"))
    assert missing == ("my_file", "tap")
    assert chain == Chain(
        [
            Gain(),
            Background(recordings=("rain",), max_snr_db=2.0, probability=0.5, name="b"),
            Background(recordings=("voices",)),
        ]
    )
    assert only_known(chain, ("voices", "rain")) == (chain, ())
