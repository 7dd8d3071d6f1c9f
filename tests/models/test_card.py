"""What a card may say: fields that recognition relies on are right, or named."""

import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from kws_core.errors import ModelError
from kws_core.features.front_ends import LogMel, front_end_spec
from kws_core.labels import LABELS
from kws_core.models.card import ModelCard, meaning, parse_card, require_name

FRONT_END = front_end_spec(LogMel())
CARD = ModelCard("small", "bcresnet-1", LABELS, FRONT_END, 10_057, temperature=1.25)


def as_read(**changed: Any) -> dict[str, Any]:
    """Return the card as JSON gives it back, with other fields."""
    return json.loads(json.dumps(asdict(CARD) | changed))


def test_a_card_survives_json() -> None:
    assert parse_card(as_read()) == CARD


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("labels", [*LABELS[:5], "bed"], "labels has bed more than once"),
        ("labels", ["yes"], "labels is not a list of 2"),
        ("labels", "yes no", "labels is not a list"),
        ("labels", ["yes", 3], "labels holds something other than names"),
        ("labels", ["yes", " "], "labels holds something other than names"),
        ("temperature", 1e-30, "temperature is 1e-30, not a number from 0.01 to 100"),
        ("temperature", float("nan"), "temperature is nan"),
        ("temperature", float("inf"), "temperature is inf"),
        ("temperature", True, "temperature is True"),
        ("temperature", "warm", "temperature is 'warm'"),
        ("parameters", "many", "parameters is not a whole number"),
        ("parameters", -1, "parameters is not a whole number"),
        ("architecture", ["bcresnet-1"], "architecture is not a text"),
        ("metrics", [], "metrics is not an object"),
        ("name", "../small", "name '../small' can't be used"),
        ("front_end", None, "front_end is not an object"),
        ("front_end", FRONT_END | {"sample_rate": 8000}, "sample_rate of the front end is 8000"),
        ("front_end", FRONT_END | {"n_mels": 40.0}, "n_mels of the front end is 40.0"),
        ("front_end", FRONT_END | {"n_fft": 10**9}, "n_fft of the front end is 1000000000"),
        ("front_end", FRONT_END | {"n_fft": 256}, "larger than its n_fft"),
        ("front_end", FRONT_END | {"log_floor": float("nan")}, "log_floor of the front end is nan"),
        ("front_end", FRONT_END | {"f_max": [4000]}, "f_max of the front end is neither"),
        ("format", 2, "format 2; this version reads 1"),
        ("colour", "red", "unknown field 'colour'"),
    ],
)
def test_a_field_that_cannot_be_right_is_named(field: str, value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_card(as_read(**{field: value}))


def test_a_field_that_is_missing_is_named() -> None:
    values = as_read()
    del values["labels"], values["front_end"]
    with pytest.raises(ValueError, match="labels, front_end is missing"):
        parse_card(values)


def test_the_meaning_depends_on_the_order_of_labels_and_on_every_setting() -> None:
    swapped = (LABELS[1], LABELS[0], *LABELS[2:])
    assert meaning(LABELS, FRONT_END) == meaning(
        parse_card(as_read()).labels, as_read()["front_end"]
    )
    assert meaning(swapped, FRONT_END) != meaning(LABELS, FRONT_END)
    assert meaning(LABELS, FRONT_END | {"f_max": 3999.0}) != meaning(LABELS, FRONT_END)
    assert replace(CARD, labels=swapped) != CARD


@pytest.mark.parametrize(
    "name",
    ["../../evil", "/tmp/evil", "a/b", "a\\b", "", ".hidden", "..", "a\0b", "C:evil", "x" * 101],
)
def test_a_name_that_would_leave_its_folder_is_refused(name: str) -> None:
    with pytest.raises(ModelError, match="can't be saved"):
        require_name(name)


@pytest.mark.parametrize("name", ["ds-resnet", "v1.2", "größe_3", "c++"])
def test_other_names_are_fine(name: str) -> None:
    require_name(name)
