"""Saved models: what comes back, and what is refused without being run."""

import hashlib
import io
import json
import pickle
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from kws_core.errors import DamagedModelError, ModelError, UnknownModelError
from kws_core.features.front_ends import LogMel, LogMelConfig
from kws_core.labels import LABELS
from kws_core.models import ModelCard, available_models, build_model, load_model, save_model
from kws_core.models.card import meaning
from kws_core.models.registry import find_architecture
from kws_core.models.store import MEANING, MODEL_FOLDER, LoadedModel, read_card

CARD = ModelCard(
    name="small",
    architecture="bcresnet-1",
    labels=LABELS,
    front_end={},
    parameters=10_057,
    temperature=1.25,
    data="tones",
    date="2026-01-31",
    licence="MIT",
    metrics={"validation": {"accuracy": 0.5}},
    training={"epochs": 3},
)


@pytest.fixture(scope="module")
def network() -> torch.nn.Module:
    torch.manual_seed(11)
    network = build_model("bcresnet-1", len(LABELS))
    network(torch.randn(4, 40, 98))  # so that the norms have statistics of their own
    return network.eval()


@pytest.fixture
def saved(tmp_path: Path, network: torch.nn.Module) -> Path:
    save_model(tmp_path, CARD, network, LogMel())
    return tmp_path


def logits(model: LoadedModel, waveform: torch.Tensor) -> torch.Tensor:
    return model.network(model.front_end(waveform))


def rewrite_card(folder: Path, **fields: object) -> None:
    path = folder / "small.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields), encoding="utf-8")


def put_weights(folder: Path, content: bytes) -> None:
    """Replace the weights, and let the card vouch for them."""
    (folder / "small.safetensors").write_bytes(content)
    rewrite_card(folder, sha256=hashlib.sha256(content).hexdigest())


def test_a_loaded_model_has_the_very_weights_of_the_saved_one_and_its_logits(
    saved: Path, network: torch.nn.Module
) -> None:
    waveform = torch.randn(3, 16_000)
    loaded = load_model("small", saved)
    there = loaded.network.state_dict()
    assert all(torch.equal(there[key], value) for key, value in network.state_dict().items())
    torch.testing.assert_close(logits(loaded, waveform), network(LogMel()(waveform)))


def test_a_loaded_model_keeps_its_channels_innermost(saved: Path) -> None:
    """A processor computes such convolutions much faster, and the rest no slower."""
    kernels = [w for w in load_model("small", saved).network.parameters() if w.dim() == 4]
    assert all(w.is_contiguous(memory_format=torch.channels_last) for w in kernels)


def test_a_loaded_model_is_ready_for_use_and_not_for_training(saved: Path) -> None:
    loaded = load_model("small", saved)
    assert not any(module.training for module in loaded.network.modules())
    assert not any(weight.requires_grad for weight in loaded.network.parameters())


def test_the_front_end_comes_back_with_the_settings_it_was_saved_with(
    tmp_path: Path, network: torch.nn.Module
) -> None:
    config = LogMelConfig(f_max=7600.0, mel_scale="slaney", log_floor=-12.0)
    save_model(tmp_path, CARD, network, LogMel(config))
    assert load_model("small", tmp_path).front_end.config == config


def test_half_precision_halves_the_file_and_hardly_moves_the_logits(
    saved: Path, network: torch.nn.Module
) -> None:
    save_model(saved, replace(CARD, name="half"), network, LogMel(), dtype=torch.float16)
    size = {name: (saved / f"{name}.safetensors").stat().st_size for name in ("small", "half")}
    assert size["half"] < 0.75 * size["small"]  # of so small a file the names are a good part
    waveform = torch.randn(3, 16_000)
    half = load_model("half", saved)
    assert {weight.dtype for weight in half.network.parameters()} == {torch.float32}
    torch.testing.assert_close(
        logits(half, waveform), logits(load_model("small", saved), waveform), atol=2e-2, rtol=2e-2
    )


def test_the_card_says_what_the_weights_are(saved: Path) -> None:
    card = read_card(saved, "small")
    weights = (saved / "small.safetensors").read_bytes()
    assert card.sha256 == hashlib.sha256(weights).hexdigest()
    assert card.front_end == {"kind": "log-mel", **vars(LogMelConfig())}
    assert replace(card, sha256="", front_end={}) == CARD


def test_saving_returns_the_card_as_it_is_on_disk(tmp_path: Path, network) -> None:
    assert save_model(tmp_path, CARD, network, LogMel()) == read_card(tmp_path, "small")


def test_saving_leaves_nothing_but_the_two_files(saved: Path) -> None:
    assert sorted(path.name for path in saved.iterdir()) == ["small.json", "small.safetensors"]


def test_a_model_needs_both_files_to_be_available(saved: Path) -> None:
    (saved / "lonely.json").write_text("{}")
    (saved / "other.safetensors").write_bytes(b"")
    assert available_models(saved) == ("small",)
    assert available_models(saved / "nowhere") == ()


@pytest.mark.parametrize("name", ["large", "../small", "", "lonely"])
def test_a_name_that_is_not_there_is_refused_with_those_that_are(saved: Path, name: str) -> None:
    with pytest.raises(UnknownModelError, match="Available: small"):
        load_model(name, saved)


def test_one_flipped_bit_in_the_weights_is_noticed(saved: Path) -> None:
    path = saved / "small.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedModelError, match=r"not those its card.*another model.*Restore"):
        load_model("small", saved)


def a_torch_file() -> bytes:
    out = io.BytesIO()
    torch.save(build_model("bcresnet-1", len(LABELS)).state_dict(), out)
    return out.getvalue()


@pytest.mark.parametrize(
    "made_of",
    [
        lambda weights: weights[:-1000],
        lambda _: save_tensors(build_model("bcresnet-1", 12).state_dict()),
        lambda _: save_tensors(build_model("ds-resnet", len(LABELS)).state_dict()),
        lambda _: a_torch_file(),
        lambda _: b"these are not weights" * 10,
        lambda _: b"",
    ],
    ids=["cut short", "other shapes", "another network", "a torch file", "some text", "nothing"],
)
def test_weights_that_cannot_be_used_are_refused_though_the_card_vouches(saved, made_of) -> None:
    put_weights(saved, made_of((saved / "small.safetensors").read_bytes()))
    with pytest.raises(DamagedModelError, match=r"(?s)'small' can't be used.*Restore"):
        load_model("small", saved)


class Payload:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


def test_a_pickle_in_place_of_the_weights_is_never_run(saved: Path) -> None:
    trace = saved / "trace"
    attack = pickle.dumps(Payload(trace))
    pickle.loads(attack)
    assert trace.exists()  # it works where pickles are run
    trace.unlink()
    torch_file = io.BytesIO()
    torch.save({"weight": Payload(trace)}, torch_file)
    for content in (attack, torch_file.getvalue()):
        put_weights(saved, content)
        with pytest.raises(DamagedModelError):
            load_model("small", saved)
        assert not trace.exists()


def test_weights_larger_than_any_of_ours_are_not_even_read(saved: Path) -> None:
    with (saved / "small.safetensors").open("r+b") as file:
        file.truncate(300 * 2**20)  # sparse: takes no room
    with pytest.raises(DamagedModelError, match="larger than any of our models"):
        load_model("small", saved)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"labels": ["yes"]}', "\x00"],
)
def test_a_card_that_cannot_be_understood_is_refused(saved: Path, text: str) -> None:
    (saved / "small.json").write_text(text)
    with pytest.raises(DamagedModelError, match=r"small\.json.*can't be used"):
        load_model("small", saved)


@pytest.mark.parametrize(
    "fields",
    [
        {"architecture": "transformer"},
        {"front_end": {"kind": "wavelets"}},
        {"labels": list(LABELS[:12])},
        {"front_end": {"kind": "log-mel", "n_mels": 30}},
        {"front_end": {"kind": "log-mel", "mel_scale": "bark"}},
        {"front_end": {"kind": "log-mel", "volume": 11}},
        {"front_end": {"kind": "log-mel", "f_max": "high"}},
        {"front_end": {"kind": "raw-wave"}},
    ],
    ids=str,
)
def test_a_card_that_does_not_fit_is_refused(saved: Path, fields: dict[str, object]) -> None:
    """Whether its weights know what it said before, or are from a time before they did."""
    rewrite_card(saved, **fields)
    with pytest.raises(DamagedModelError, match="'small' can't be used"):
        load_model("small", saved)
    put_weights(saved, save_tensors(load_tensors((saved / "small.safetensors").read_bytes())))
    with pytest.raises(DamagedModelError, match="'small' can't be used"):
        load_model("small", saved)


@pytest.mark.parametrize(
    "change",
    [
        lambda card: {"labels": [card["labels"][1], card["labels"][0], *card["labels"][2:]]},
        lambda card: {"labels": ["sit", *card["labels"][1:]]},
        lambda card: {"front_end": card["front_end"] | {"f_max": 3_900.0}},
    ],
    ids=["labels permuted", "a label renamed", "another front end"],
)
def test_weights_know_which_labels_and_front_end_they_were_trained_for(saved, change) -> None:
    rewrite_card(saved, **change(json.loads((saved / "small.json").read_text())))
    with pytest.raises(DamagedModelError, match=r"labels or the front end .* trained for"):
        load_model("small", saved)


def test_weights_of_a_time_before_they_knew_are_taken(saved: Path) -> None:
    put_weights(saved, save_tensors(load_tensors((saved / "small.safetensors").read_bytes())))
    assert load_model("small", saved).card.labels == LABELS


def test_weights_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    network = build_model("bcresnet-1", len(LABELS))
    with torch.no_grad():
        next(network.parameters()).fill_(torch.nan)
    save_model(tmp_path, CARD, network, LogMel())
    with pytest.raises(DamagedModelError, match="give no numbers"):
        load_model("small", tmp_path)


def test_a_name_that_would_leave_the_folder_is_refused_before_anything_is_written(
    tmp_path: Path, network: torch.nn.Module
) -> None:
    folder = tmp_path / "a" / "b"
    with pytest.raises(ModelError, match=r"'\.\./\.\./evil' can't be used"):
        save_model(folder, replace(CARD, name="../../evil"), network, LogMel())
    assert list(tmp_path.rglob("*")) == []


def test_a_card_that_could_not_be_read_is_not_written(
    tmp_path: Path, network: torch.nn.Module
) -> None:
    with pytest.raises(ModelError, match="can't be saved: temperature is nan"):
        save_model(tmp_path, replace(CARD, temperature=float("nan")), network, LogMel())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not available_models(), reason="assets/models holds no model")
@pytest.mark.parametrize("name", available_models() or ["none"])
def test_the_models_that_come_with_the_project_are_whole(name: str) -> None:
    loaded = load_model(name, MODEL_FOLDER)
    assert loaded.card.name == name
    assert loaded.card.labels == find_architecture(loaded.card.architecture).labels
    assert loaded.card.parameters == sum(p.numel() for p in loaded.network.parameters())
    weights = (MODEL_FOLDER / f"{name}.safetensors").read_bytes()
    header = json.loads(weights[8 : 8 + int.from_bytes(weights[:8], "little")])
    known = header["__metadata__"][MEANING]
    assert known == meaning(loaded.card.labels, loaded.card.front_end)
