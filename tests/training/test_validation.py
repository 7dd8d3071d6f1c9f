"""Validation: what is counted, how clips are heard, and the temperature."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from kws_core.labels import LABELS
from kws_core.training.validation import fit_temperature, predict_logits, validate
from tests.helpers.training_toys import CONFIG, toy_clips


class Answers(nn.Module):
    """Gives set answers; remembers the pictures it was asked about."""

    def __init__(self, labels: list[int]) -> None:
        super().__init__()
        self.labels, self.asked = labels, []

    def forward(self, log_mel: Tensor) -> Tensor:
        done = sum(map(len, self.asked))
        self.asked.append(log_mel)
        labels = torch.tensor(self.labels[done : done + len(log_mel)])
        return nn.functional.one_hot(labels, len(LABELS)).float()


class TestValidation:
    def test_counts_clips_words_recordings_and_pictures(self) -> None:
        clips = toy_clips(4, seed=0)  # 4 each of yes, no, up; every second one is a picture
        answers = clips.target.astype(int).tolist()
        answers[0] = answers[1] = answers[2] = LABELS.index("dog")
        answers[4] = LABELS.index("dog")
        result = validate(Answers(answers), clips)
        assert result.accuracy == pytest.approx(8 / 12)
        assert result.macro == pytest.approx((1 / 4 + 3 / 4 + 1) / 3)
        assert result.picture == pytest.approx(3 / 6)
        assert result.audio == pytest.approx(5 / 6)

    def test_has_no_figure_for_what_there_is_none_of(self) -> None:
        clips = toy_clips(2, seed=0)
        pictures = clips.select(clips.is_picture)
        result = validate(Answers(pictures.target.astype(int).tolist()), pictures)
        assert math.isnan(result.audio)
        assert result.picture == 1.0

    def test_hears_each_clip_in_the_middle_of_its_second(self) -> None:
        clips = toy_clips(1, seed=0)
        length = np.array([98, 50, 51], np.int16)
        log_mel = clips.log_mel.copy()
        for row in range(3):
            log_mel[row, :, length[row] :] = CONFIG.log_floor
        short = replace(clips, log_mel=log_mel, length=length)
        network = Answers([0, 0, 0])
        predict_logits(network, short, batch_size=2)
        heard = torch.cat(network.asked)
        for row, before in enumerate([0, 24, 23]):
            kept = heard[row, :, before : before + length[row]]
            wanted = torch.from_numpy(log_mel[row, :, : length[row]]).float()
            assert torch.equal(kept, wanted)
            assert heard[row, :, :before].lt(CONFIG.log_floor + 0.01).all()
            assert heard[row, :, before + length[row] :].lt(CONFIG.log_floor + 0.01).all()


class TestTemperature:
    @pytest.mark.parametrize("temperature", [0.3, 1.0, 3.0])
    def test_is_what_the_logits_were_sharpened_by(self, temperature: float) -> None:
        generator = torch.Generator().manual_seed(4)
        honest = 2 * torch.randn(6000, len(LABELS), generator=generator)
        target = torch.multinomial(honest.softmax(dim=1), 1, generator=generator)[:, 0].numpy()
        assert fit_temperature(temperature * honest, target) == pytest.approx(temperature, rel=0.06)

    def test_makes_the_labels_likelier_than_any_other(self) -> None:
        generator = torch.Generator().manual_seed(5)
        logits = 4 * torch.randn(500, len(LABELS), generator=generator)
        target = torch.where(
            torch.rand(500, generator=generator) < 0.8, logits.argmax(dim=1), torch.tensor(3)
        )
        best = fit_temperature(logits, target.numpy())

        def loss(temperature: float) -> float:
            return float(nn.functional.cross_entropy(logits / temperature, target))

        assert loss(best) <= min(loss(0.9 * best), loss(1.1 * best), loss(1.0))

    def test_of_a_network_that_is_always_wrong_is_still_a_number(self) -> None:
        """The flatter its answers the better, without end: the model must load all the same."""
        target = np.arange(20) % 3
        wrong = torch.from_numpy(np.eye(len(LABELS), dtype=np.float32)[target + 5])
        assert fit_temperature(10 * wrong, target) == pytest.approx(20.0, rel=0.01)
