"""Where the network is computed. There may be no GPU here: then its path is run on the CPU."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from kws_core.errors import TrainingError
from kws_core.training.batches.log_mel import BatchMaker
from kws_core.training.compute import Compute, choose_compute
from kws_core.training.dataset.clips import Stream
from kws_core.training.dataset.load import TrainingData
from kws_core.training.loop import train
from tests.helpers.training_toys import (
    CONFIG,
    SETTINGS,
    log_of,
    small_network,
    toy_batches,
    toy_clips,
)


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch):
    """Return a function that makes torch see so many GPUs."""

    def see(n: int, *, bfloat16: bool = True) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: n > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: n)
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: bfloat16)

    return see


class TestChoice:
    def test_without_a_gpu_is_the_processor_in_full_precision(self, gpus) -> None:
        gpus(0)
        assert (
            choose_compute("auto") == choose_compute("cpu") == Compute(torch.device("cpu"), False)
        )

    def test_a_gpu_is_taken_when_there_is_one_unless_told_otherwise(self, gpus) -> None:
        gpus(1)
        assert choose_compute("auto") == choose_compute("cuda")
        assert choose_compute("auto") == Compute(torch.device("cuda", 0), bfloat16=True)
        assert choose_compute("cpu") == Compute()

    def test_a_processor_computes_in_bfloat16_where_it_is_told_to(self, gpus) -> None:
        gpus(0)
        assert choose_compute("auto", cpu_bfloat16=True) == Compute(bfloat16=True)
        assert choose_compute("cpu", cpu_bfloat16=True).bfloat16

    def test_an_old_gpu_computes_in_full_precision(self, gpus) -> None:
        gpus(1, bfloat16=False)
        assert not choose_compute("auto").bfloat16

    def test_every_process_of_a_machine_gets_a_gpu_of_its_own(self, gpus) -> None:
        gpus(2)
        assert [choose_compute("auto", rank).device.index for rank in (0, 1)] == [0, 1]
        with pytest.raises(TrainingError, match=r"Process 3 .* there are 2.*--nproc-per-node"):
            choose_compute("auto", 2)

    def test_a_gpu_that_is_not_there_is_refused(self, gpus) -> None:
        gpus(0)
        with pytest.raises(TrainingError, match=r"no GPU.*--device cpu"):
            choose_compute("cuda")


class TestBfloat16:
    def train(self, tmp_path, compute: Compute) -> tuple[list[Tensor], float]:
        products: list[Tensor] = []
        network = small_network()
        network.blocks.register_forward_hook(
            lambda module, _, out: products.append(out) if module.training else None
        )
        settings = replace(SETTINGS, epochs=1)
        given = (network, toy_batches(), toy_clips(2, 9), settings, tmp_path)
        trained, _ = train(*given, compute=compute)
        assert all(
            weight.dtype == torch.float32
            for weight in (*network.parameters(), *trained.parameters())
        )
        return products, log_of(tmp_path)[0]["loss"]

    def test_is_used_for_products_while_weights_and_loss_stay_exact(self, tmp_path) -> None:
        exact, loss = self.train(tmp_path / "a", Compute())
        rough, rough_loss = self.train(tmp_path / "b", Compute(bfloat16=True))
        assert {x.dtype for x in exact} == {torch.float32}
        assert {x.dtype for x in rough} == {torch.bfloat16}
        assert rough_loss == pytest.approx(loss, rel=0.02)


class TestBatches:
    def test_keep_their_clips_where_they_are_made(self, monkeypatch) -> None:
        """On "meta", where tensors have shapes but no values: what would be mixed up shows."""
        noise = [Stream("rain", toy_clips(1, seed=2).log_mel[0])]
        data = TrainingData(toy_clips(2, seed=1), noise, noise)
        device = torch.device("meta")
        batches = BatchMaker(data, CONFIG, device=device)
        parts = (batches, batches.noise, batches.words, batches.unknown, batches.unknown.other)
        kept = [x for part in parts for x in vars(part).values()]
        tensors = [x for x in kept if isinstance(x, Tensor)] + batches.words.rows_of
        assert {x.device for x in tensors} == {device}
        made = []
        monkeypatch.setattr(batches, "_batch", lambda *_: made.append(torch.rand(3).device))
        batches.batch(4, torch.Generator())
        assert made == [device]
        assert torch.rand(3).device.type == "cpu"
