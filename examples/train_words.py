"""Train a small network on words of your own: a folder with a folder of recordings for each word.

    python -m examples.train_words [FOLDER] [--out runs/my-words] [--epochs 10]

Without FOLDER, four of the samples stand in, changed in speed and noise: a toy that shows how it
goes. The network knows your words only: it has no answer for silence or for other words. To
train on Speech Commands with all of that, see `python -m kws_core train --help`.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Generator, Tensor

from kws_core import KwsError, Recognizer, read_audio
from kws_core.audio.one_second import cut_second, loudest_start
from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.augment import Chain, specaugment
from kws_core.augment.log_mel import shift
from kws_core.augment.policies import SpecAugmentPolicy
from kws_core.augment.steps.noise import Noise
from kws_core.augment.steps.speed import Speed
from kws_core.features.front_ends import LogMel
from kws_core.models import ModelCard, build_model, count_parameters, save_model
from kws_core.samples import get_sample
from kws_core.training.loop import train
from kws_core.training.optimization import TrainingSettings
from kws_core.training.validation import fit_temperature, predict_logits, validate

ARCHITECTURE = "ds-resnet"
NAME = "my-words"
TOY_WORDS = ("yes", "no", "up", "stop")
HELD_OUT = 5  # one clip of five is kept for validation
MAX_SHIFT = 10  # frames of 10 ms
MASKS = SpecAugmentPolicy(freq_mask=5, n_freq_masks=1, time_mask=6, n_time_masks=1)


@dataclass
class Words:
    """Log-mels (n, bands, frames) and their labels (n,): to train on, or to validate with."""

    log_mel: Tensor
    target: np.ndarray
    n_labels: int

    def batch(self, size: int, generator: Generator) -> tuple[Tensor, Tensor]:
        """Draw clips, move them in time, and hide parts of them (SpecAugment)."""
        rows = torch.randint(len(self), (size,), generator=generator)
        frames = torch.randint(-MAX_SHIFT, MAX_SHIFT + 1, (size,), generator=generator)
        moved = shift(self.log_mel[rows], frames, float(self.log_mel.min()))
        masked = specaugment.apply_to_batch(moved, MASKS, generator)
        labels = torch.from_numpy(self.target)[rows]
        return masked, torch.nn.functional.one_hot(labels, self.n_labels).float()

    @property
    def is_picture(self) -> np.ndarray:
        """All clips are recordings; those of Speech Commands may be pictures only."""
        return np.zeros(len(self), bool)

    def __len__(self) -> int:
        return len(self.target)

    def inputs(self, start: int, stop: int) -> Tensor:
        """Return what the network gets of some clips."""
        return self.log_mel[start:stop]


def recordings(folder: Path) -> dict[str, list[Samples]]:
    """Read every file in the folder of each word."""
    return {
        place.name: [read_audio(path).samples for path in sorted(place.iterdir())]
        for place in sorted(folder.iterdir())
        if place.is_dir()
    }


def toy_recordings(
    words: tuple[str, ...] = ("yes", "no", "up", "stop"),
) -> dict[str, list[Samples]]:
    """Return twenty variants of each of some sample words."""
    change = Chain([Speed(min_factor=0.8, max_factor=1.2), Noise(min_snr_db=5.0, max_snr_db=25.0)])
    return {
        word: [
            change(read_audio(get_sample(word).path).samples, SAMPLE_RATE, seed=seed)
            for seed in range(20)
        ]
        for word in TOY_WORDS
    }


def prepare(sounds: dict[str, list[Samples]], front_end: LogMel) -> tuple[Words, Words]:
    """Return the clips to train on and those held out, each a second, as log-mels."""
    n = front_end.config.n_samples
    seconds = [
        cut_second(clip, n, loudest_start(clip, n)) for clips in sounds.values() for clip in clips
    ]
    target = np.repeat(np.arange(len(sounds)), [len(clips) for clips in sounds.values()])
    with torch.inference_mode():
        log_mel = front_end(torch.from_numpy(np.stack(seconds))).clone()
    held_out = np.concatenate([np.arange(len(clips)) for clips in sounds.values()]) % HELD_OUT == 0
    return (
        Words(log_mel[~held_out], target[~held_out], len(sounds)),
        Words(log_mel[held_out], target[held_out], len(sounds)),
    )


def main() -> None:
    """Train, save, and use the model once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("folder", type=Path, nargs="?", help="with a folder for each word")
    parser.add_argument("--out", type=Path, default=Path("runs/my-words"))
    parser.add_argument("--epochs", type=int, default=10)
    options = parser.parse_args()
    try:
        sounds = recordings(options.folder) if options.folder else toy_recordings()
    except KwsError as error:
        sys.exit(str(error))
    if len(sounds) < 2 or not all(len(clips) >= HELD_OUT for clips in sounds.values()):
        sys.exit(f"There have to be two words or more, with {HELD_OUT} recordings each.")

    front_end = LogMel()
    training, validation = prepare(sounds, front_end)
    settings = TrainingSettings(
        epochs=options.epochs, clips_per_epoch=320, batch_size=32, average_decay=0.9
    )
    torch.manual_seed(settings.seed)
    network = build_model(ARCHITECTURE, len(sounds))
    trained = train(network, training, validation, settings, options.out)

    logits = predict_logits(trained.network, validation)
    card = ModelCard(
        name=NAME,
        architecture=ARCHITECTURE,
        labels=tuple(sounds),
        front_end={},  # filled in when the model is saved
        parameters=count_parameters(trained.network),
        temperature=fit_temperature(logits, validation.target),
    )
    save_model(options.out, card, trained.network, front_end)
    share = validate(trained.network, validation).accuracy
    print(f"{share:.0%} of {len(validation)} held-out clips are right.")

    word, clips = next(iter(sounds.items()))
    prediction = Recognizer.load(NAME, options.out).classify_batch(
        [cut_second(clips[0], SAMPLE_RATE, loudest_start(clips[0], SAMPLE_RATE))], SAMPLE_RATE
    )[0]
    print(f"A recording of {word!r}: {prediction.label} ({prediction.score:.0%})")


if __name__ == "__main__":
    main()
