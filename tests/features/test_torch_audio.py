import subprocess
import sys

import pytest
import torch

from kws_core.features import torch_audio
from kws_core.features.torch_audio import torchaudio
from tests.helpers.app import ROOT

SAMPLE_RATE = 16_000


def tone(frequency: float, sample_rate: int, seconds: float = 1.0) -> torch.Tensor:
    time = torch.arange(int(seconds * sample_rate)) / sample_rate
    return torch.sin(2 * torch.pi * frequency * time)


def test_filters_work_without_the_extension() -> None:
    quiet = torchaudio.functional.lowpass_biquad(tone(6000.0, SAMPLE_RATE), SAMPLE_RATE, 500.0)
    assert quiet[1000:].abs().max() < 0.05


def test_has_extension_tells_what_was_loaded() -> None:
    extension = sys.modules["torchaudio._extension"]
    assert vars(extension)["_IS_TORCHAUDIO_EXT_AVAILABLE"] is torch_audio.HAS_EXTENSION


BROKEN_INSTALL = """
import importlib.abc, sys

class Broken(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "torchaudio._extension":
            raise {error}("simulated")
        return None

sys.meta_path.insert(0, Broken())
from kws_core.features import torch_audio
assert torch_audio.HAS_EXTENSION is False
assert torch_audio.torchaudio.transforms.Resample(8000, 16000) is not None
import torchaudio
assert torchaudio is torch_audio.torchaudio
"""


@pytest.mark.slow
@pytest.mark.parametrize("error", ["OSError", "RuntimeError"])
def test_an_extension_that_cannot_be_loaded_is_done_without(error: str) -> None:
    run_python(BROKEN_INSTALL.format(error=error))


@pytest.mark.slow
def test_a_missing_torchaudio_is_reported_as_such() -> None:
    run_python(
        "import sys; sys.modules['torchaudio'] = None\n"
        "try:\n    import kws_core.features.torch_audio\n"
        "except ImportError as error:\n    assert 'torchaudio' in str(error)\n"
        "else:\n    raise AssertionError('no ImportError')"
    )


def run_python(code: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
