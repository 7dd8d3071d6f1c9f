"""What several tests of models share."""

from __future__ import annotations

import pytest

from kws_core.models import load_model
from kws_core.models.store import LoadedModel
from kws_core.spotting.recognizer import DEFAULT_MODEL


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    """The default model."""
    return load_model(DEFAULT_MODEL)
