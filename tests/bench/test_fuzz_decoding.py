"""The fuzzing command counts what became of each damaged file."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from bench import fuzz_decoding
from bench.fuzz_decoding import DAMAGES, damaged, main
from tests.helpers.av_files import WRITTEN


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_each_damage_changes_the_file(damage: Callable[..., None]) -> None:
    whole = bytes(range(256)) * 8
    data = bytearray(whole)
    damage(data, np.random.default_rng(3))
    assert bytes(data) != whole


def test_the_same_seed_gives_the_same_files_of_every_format() -> None:
    files = list(damaged(5, 50))
    assert files == list(damaged(5, 50))
    assert {name for name, _ in files} == set(WRITTEN)


@pytest.mark.slow
def test_the_counts_add_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--files", "40", "--seed", "7", "--workers", "1"]) == 0
    out = capsys.readouterr().out
    row = next(line for line in out.splitlines() if line.startswith("| all |"))
    assert sum(int(cell) for cell in row.split("|")[2:-1]) == 40


def test_a_fault_is_named_and_the_command_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        def __init__(self, workers: int) -> None: ...

        def decode(self, data: bytes) -> None:
            raise KeyError("oops")

        def idle_processes(self) -> list[int]:
            return []

        def close(self) -> None: ...

    monkeypatch.setattr(fuzz_decoding, "DecoderPool", Broken)
    assert main(["--files", "2", "--workers", "1"]) == 1
    assert "Fault: WAV: FAULT KeyError: 'oops'" in capsys.readouterr().out
