"""The command ``export``; what it writes is tested with `kws_core.models.onnx_export`."""

from __future__ import annotations

from pathlib import Path

import pytest

from kws_core.cli import export as cli_export
from kws_core.cli.main import OK, REFUSED, main
from kws_core.errors import ModelError
from kws_core.models.onnx_export import Exported
from kws_core.models.store import LoadedModel
from kws_core.spotting.recognizer import DEFAULT_MODEL


def test_export_writes_the_model_and_says_how_near_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[str, Path]] = []

    def export(model: LoadedModel, path: Path) -> Exported:
        asked.append((model.card.name, path))
        return Exported(path, 3 * 2**20, 2e-6, 5)

    monkeypatch.setattr(cli_export, "export_onnx", export)
    out = tmp_path / "model.onnx"
    assert main(["export", "--out", str(out)]) == OK
    assert asked == [(DEFAULT_MODEL, out)]
    text = capsys.readouterr().out
    assert str(out) in text
    assert "3.0 MiB" in text
    assert "2e-06" in text


def test_export_says_why_it_can_t(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def export(model: LoadedModel, path: Path) -> Exported:
        raise ModelError("Exporting needs onnx.")

    monkeypatch.setattr(cli_export, "export_onnx", export)
    assert main(["export", "--out", str(tmp_path / "model.onnx")]) == REFUSED
    assert "Exporting needs onnx." in capsys.readouterr().err
    assert main(["export", "--model", "none", "--out", str(tmp_path / "m.onnx")]) == REFUSED
    assert "'none'" in capsys.readouterr().err


def test_export_needs_a_place(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["export"])
    assert stop.value.code == 2
    assert "--out" in capsys.readouterr().err
