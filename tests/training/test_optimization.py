"""How weights move: the learning rate over the steps, and the averaged weights."""

import math

import pytest
import torch
from torch import nn

from kws_core.training.optimization import AveragedWeights, TrainingSettings, learning_rate_at


class TestLearningRate:
    SETTINGS = TrainingSettings(learning_rate=0.4, warm_up=0.1)

    def test_rises_in_a_line_then_falls_along_half_a_cosine(self) -> None:
        rates = [learning_rate_at(step, 100, self.SETTINGS) for step in range(100)]
        assert rates[:10] == pytest.approx([0.04 * (step + 1) for step in range(10)])
        for step in (10, 32, 55, 99):
            wanted = 0.2 * (1 + math.cos(math.pi * (step - 10) / 90))
            assert rates[step] == pytest.approx(wanted)

    @pytest.mark.parametrize("n_steps", [1, 2])
    def test_is_never_more_than_asked_for_in_a_short_run(self, n_steps: int) -> None:
        for step in range(n_steps):
            assert 0 < learning_rate_at(step, n_steps, self.SETTINGS) <= 0.4


class TestAveragedWeights:
    def test_move_by_one_less_the_decay_which_grows_to_the_one_given(self) -> None:
        network = nn.Linear(1, 1, bias=False)
        nn.init.zeros_(network.weight)
        average = AveragedWeights(network, decay=0.5)
        nn.init.ones_(network.weight)
        distance = 1.0
        for step in range(1, 12):
            average.update(network)
            distance *= min(0.5, (1 + step) / (10 + step))
            assert average.network.weight.item() == pytest.approx(1 - distance, abs=1e-6)

    def test_copy_whole_numbers_and_leave_the_network_alone(self) -> None:
        network = nn.BatchNorm1d(2)
        average = AveragedWeights(network, decay=0.9)
        network(torch.randn(5, 2))
        before = {name: value.clone() for name, value in network.state_dict().items()}
        average.update(network)
        assert int(average.network.num_batches_tracked) == 1
        assert all(torch.equal(network.state_dict()[name], before[name]) for name in before)
        assert not any(weight.requires_grad for weight in average.network.parameters())
