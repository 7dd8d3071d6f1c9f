"""The one place that imports torchaudio.

torchaudio's compiled extension speeds up forced alignment, the RNN-T loss and a few filters, none
of which this project needs. Some installs cannot load it: a torchaudio built for CUDA beside a
CPU-only torch is a common one, and its plain import then fails as a whole. Everything used here
(transforms, functional, datasets) is pure torch, so there torchaudio is imported without it.

Use it as ``from kws_core.features.torch_audio import torchaudio``.
"""

import importlib
import sys
from types import ModuleType

__all__ = ["HAS_EXTENSION", "torchaudio"]

_EXTENSION = "torchaudio._extension"


def _no_check() -> None:
    return None


def _substitute_extension() -> ModuleType:
    """Return a stand-in for ``torchaudio._extension`` that says "no extension here"."""
    substitute = ModuleType(_EXTENSION)
    vars(substitute).update(
        _IS_TORCHAUDIO_EXT_AVAILABLE=False,
        _IS_ALIGN_AVAILABLE=False,
        fail_if_no_align=lambda function: function,
        _check_cuda_version=_no_check,
    )
    return substitute


def _import_torchaudio() -> ModuleType:
    """Import torchaudio, without its compiled extension where that cannot be loaded.

    Raises ImportError when torchaudio is not installed.
    """
    try:
        return importlib.import_module("torchaudio")
    except (OSError, RuntimeError):
        # OSError: a library that the extension is linked against is missing. RuntimeError: torch
        # and torchaudio were built for different CUDA versions. The failed import leaves half of
        # torchaudio behind, which would be found again.
        for name in [name for name in sys.modules if name.split(".")[0] == "torchaudio"]:
            del sys.modules[name]
        sys.modules[_EXTENSION] = _substitute_extension()
        return importlib.import_module("torchaudio")


torchaudio: ModuleType = _import_torchaudio()

HAS_EXTENSION: bool = bool(
    getattr(sys.modules.get(_EXTENSION), "_IS_TORCHAUDIO_EXT_AVAILABLE", False)
)
