"""Settings of views for the tests: each preset, and any values within their limits."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import strategies as st

from kws_core.explore.controls import CHOICES, NUMBERS
from kws_core.explore.presets import PRESETS
from kws_core.explore.settings import ViewSettings

ALL_PRESETS = pytest.mark.parametrize("known", PRESETS, ids=lambda known: known.name)
TWO_PRESETS = pytest.mark.parametrize("known", [PRESETS[0], PRESETS[-1]], ids=lambda p: p.name)


def values() -> st.SearchStrategy[dict[str, Any]]:
    """Return any setting within its own limits, together with any other."""
    whole = {name for name, value in asdict(ViewSettings()).items() if type(value) is int}
    ranges = {
        name: st.integers(int(limits.low), int(limits.high))
        if name in whole
        else st.floats(limits.low, limits.high)
        for name, limits in NUMBERS.items()
    }
    choices = {name: st.sampled_from(choice.options) for name, choice in CHOICES.items()}
    return st.fixed_dictionaries({}, optional={**ranges, **choices})
