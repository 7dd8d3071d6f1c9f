"""A model and a bank small enough to teach words to in a moment: words are tones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from kws_core.features.front_ends import LogMel
from kws_core.labels import LABELS
from kws_core.models import ModelCard, build_model, save_model
from kws_core.spotting.recognizer import Recognizer
from kws_core.teaching import embedding
from kws_core.teaching.bank import Bank
from kws_core.teaching.embedding import embeddings_of
from tests.helpers.sounds import noise, tone

RATE = 16_000


def save_toy_model(folder: Path, name: str = "toy", temperature: float = 1.0) -> None:
    """Save an untrained network: what it makes of tones differs from pitch to pitch."""
    import torch

    torch.manual_seed(7)
    network = build_model("ds-resnet", len(LABELS))
    front_end = LogMel()
    network.train()
    with torch.no_grad():
        for _ in range(8):  # statistics for its norms
            hz = torch.empty(8, 1).uniform_(100, 3000)
            time = torch.arange(RATE) / RATE
            sound = torch.sin(2 * torch.pi * hz * time) * (time > 0.4) * (time < 0.7)
            network(front_end(sound + 0.001 * torch.randn(8, RATE)))
    card = ModelCard(name, "ds-resnet", LABELS, {}, 97_661, temperature=temperature)
    save_model(folder, card, network, front_end)


def said(hz: float, seconds: float = 0.3, seed: int = 0, before: float = 0.4) -> np.ndarray:
    """A recording of a second with a tone in it."""
    recording = noise(1.0, 0.001, seed)
    sound = tone(seconds, 0.3, hz)
    first = round(before * RATE)
    recording[first : first + len(sound)] += sound
    return recording


def takes_of(hz: float, n: int = 4) -> list[np.ndarray]:
    """Takes of a word: the same tone, a little otherwise each time."""
    return [said(hz * (1 + 0.01 * i), 0.28 + 0.02 * i, seed=i) for i in range(n)]


def toy_bank(recognizer: Recognizer, tones: Sequence[float] = (180, 700, 1100)) -> Bank:
    """A bank of noise and of tones that are none of the words."""
    windows = [said(hz, 0.3, seed, 0.2 + 0.05 * seed) for hz in tones for seed in range(8)]
    words = embeddings_of(recognizer, np.stack(windows))
    others = np.stack([noise(1.0, 0.01 * (1 + seed), seed) for seed in range(16)])
    card = recognizer.card
    which = np.repeat(np.arange(len(tones)), 8)
    n = words.shape[1]
    return Bank(
        model=card.name,
        sha256=card.sha256,
        labels=LABELS[: len(tones)],
        mean=np.zeros(n, np.float32),
        axes=np.eye(n, dtype=np.float32),
        others=embeddings_of(recognizer, others),
        words=words,
        which=which,
        spoken=words,
        spoken_which=which,
        heard=words,
        runs=np.array([len(words)]),
        hours=1.0,
    )


def teach_on(patch: pytest.MonkeyPatch, recognizer: Recognizer, bank: Bank | None = None) -> None:
    """Let words be taught on a recogniser's own embeddings, against a bank of a few tones."""
    made = bank or toy_bank(recognizer)
    patch.setattr(embedding, "network", lambda: recognizer)
    patch.setattr(embedding, "bank", lambda: made)
