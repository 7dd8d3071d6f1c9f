"""Several processes that train one network: two real ones against one, on the same batches."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as multiprocessing

from kws_core.errors import TrainingError
from kws_core.training import distributed
from kws_core.training.compute import Compute
from kws_core.training.loop import train
from tests.helpers.training_toys import SETTINGS, PlainNetwork, log_of, toy_batches, toy_clips
from tests.helpers.waiting import free_port

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not dist.is_available(), reason="this torch has no torch.distributed"),
]
MIXED = replace(SETTINGS, epochs=2, mixup=0.4, keep="last")


def train_plain(out: Path) -> None:
    """Train and write the weights that this process ends with, and which batches it drew."""
    trained, _ = train(PlainNetwork(), toy_batches(), toy_clips(2, seed=9), MIXED, out)
    torch.save(trained.state_dict(), out / f"weights-{distributed.rank()}.pt")


def process(rank: int, port: int, out: Path) -> None:
    """Be one of two processes, as torchrun starts them."""
    torch.set_num_threads(1)
    os.environ |= {
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "WORLD_SIZE": "2",
        "RANK": str(rank),
        "LOCAL_RANK": str(rank),
    }
    with distributed.process_group(Compute()):
        with distributed.main_first():
            order = out / "order.txt"
            first = not order.exists()
            order.write_text("there")
        assert first is (rank == 0)
        assert distributed.mean_over_processes(float(rank), Compute()) == 0.5
        rows = torch.arange(7)
        assert distributed.own_rows(rows)[0].tolist() == list(range(7))[rank::2]
        with pytest.raises(TrainingError, match=r"batch of 7.*2 processes"):
            distributed.check_batch_size(7)
        train_plain(out)
    assert distributed.world_size() == 1


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """What one process left behind, and what two did."""
    alone, together = tmp_path_factory.mktemp("alone"), tmp_path_factory.mktemp("together")
    train_plain(alone)
    port = free_port()
    multiprocessing.spawn(process, (port, together), nprocs=2)
    return alone, together


def test_two_processes_have_the_loss_of_one_on_the_same_batches(folders) -> None:
    alone, together = ([line["loss"] for line in log_of(folder)] for folder in folders)
    assert together == pytest.approx(alone, rel=1e-5)
    assert alone[0] != pytest.approx(alone[1], rel=1e-2)


def test_two_processes_end_with_the_weights_of_one(folders) -> None:
    alone, *together = (
        torch.load(folder / name, weights_only=True)
        for folder, name in zip(
            (folders[0], folders[1], folders[1]),
            ("weights-0.pt", "weights-0.pt", "weights-1.pt"),
            strict=True,
        )
    )
    start = PlainNetwork().state_dict()
    for name, value in alone.items():
        assert not torch.allclose(value, start[name], atol=1e-3)
        for other in together:
            torch.testing.assert_close(other[name], value, atol=1e-4, rtol=1e-4)


def test_only_the_first_process_logs_and_saves(folders) -> None:
    names = sorted(path.name for path in folders[1].iterdir())
    assert names == ["checkpoint.pt", "log.jsonl", "order.txt", "weights-0.pt", "weights-1.pt"]
    assert [line["epoch"] for line in log_of(folders[1])] == [1, 2]


class TestAlone:
    def test_a_process_has_all_rows_and_waits_for_nobody(self) -> None:
        with distributed.process_group(Compute()), distributed.main_first():
            assert (distributed.rank(), distributed.world_size()) == (0, 1)
            assert distributed.is_main()
        rows = torch.arange(5)
        assert torch.equal(*distributed.own_rows(rows, rows))
        assert len(distributed.own_rows(rows)[0]) == 5
        assert distributed.mean_over_processes(3.5, Compute()) == 3.5
        distributed.check_batch_size(7)

    def test_the_network_is_trained_as_it_is(self) -> None:
        network = PlainNetwork()
        assert distributed.wrap(network, Compute()) is network
