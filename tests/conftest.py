"""What all tests share: marks by folder, the order of tests, and one thread for torch."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

_HERE = Path(__file__).parent
_MARKED_FOLDERS = {"pages": "page", "browser": "browser"}

# Of OpenMP, read when torch is imported. Several processes test at once; with a thread for every
# core in each of them, they spend most of a busy machine on waiting for one another. On one thread,
# small networks are quicker, and sums keep their order.
os.environ["OMP_NUM_THREADS"] = "1"

# How long an example takes says more of the machine than of the code.
hypothesis.settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any-machine")


@pytest.fixture(scope="session")
def toy_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the model "toy", to which words of tones can be taught."""
    from tests.helpers.taught_words import save_toy_model

    folder = tmp_path_factory.mktemp("models")
    save_toy_model(folder)
    return folder


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests of pages and those in a browser, and put the latter in their place.

    In one process they come last, because the quick tests should fail first. In several they come
    first: they wait more than they compute, and should not wait alone at the end.
    """
    for item in items:
        mark = _MARKED_FOLDERS.get(item.path.relative_to(_HERE).parts[0])
        if mark is not None:
            item.add_marker(mark)
    last = not hasattr(config, "workerinput")  # which only pytest-xdist's processes have
    items.sort(key=lambda item: (item.get_closest_marker("browser") is not None) is last)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name files in tests by their argument: some hold the time they were made at.

    Processes that test together would then not find the same tests, and none would run.
    """
    return argname if isinstance(val, bytes) else None
