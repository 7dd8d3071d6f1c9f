"""The recogniser: loaded once, then sounds in and words out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from kws_core.audio.one_second import fits_whole, in_room_tone
from kws_core.audio.waveform import Samples, as_mono_16k
from kws_core.errors import TooLongError
from kws_core.features.front_ends import LogMelConfig
from kws_core.models import ModelCard, available_models, load_model
from kws_core.models.batching import GroupCalls
from kws_core.models.embeddings import Embeddings, recorded_embeddings
from kws_core.models.folding import folded
from kws_core.models.in_one_call import InOneCall, in_one_call, use_often
from kws_core.models.store import MODEL_FOLDER, LoadedModel
from kws_core.spotting.candidates import FinderSettings
from kws_core.spotting.finder import Word, find_words_in
from kws_core.spotting.prediction import Prediction, Timing

if TYPE_CHECKING:
    from kws_core.teaching.taught import TaughtRecognizer

DEFAULT_MODEL: Final = "ds-resnet"
# Fewer errors, for a second network where words are said (docs/experiments.md).
CASCADE: Final = "ds-resnet+two-towers"

BATCH_SIZE = 64  # windows at once: larger is no faster on a CPU and takes more memory
_FEATURES_AT_ONCE = 16  # whose spectra still fit the cache of a core


class Recognizer:
    """A trained model with its front end; safe to share between threads, which only read it."""

    def __init__(self, model: LoadedModel) -> None:
        self._model = model
        self.card: ModelCard = model.card
        self.labels: tuple[str, ...] = model.card.labels
        self._network = in_one_call(folded(model.network), model.card.temperature)
        self._front_end = InOneCall(model.front_end)
        self._together = GroupCalls(self.posteriors_of_features, BATCH_SIZE)
        self._is_asked_often = False

    @classmethod
    def load(cls, name: str = DEFAULT_MODEL, folder: Path = MODEL_FOLDER) -> Recognizer:
        """Load a model by name; FIRST+SECOND is a cascade (`kws_core.models.cascade`).

        Raises UnknownModelError, or DamagedModelError if its files are not what they should be.
        """
        return cls(load_model(name, folder))

    @staticmethod
    def load_taught(path: Path | str, folder: Path = MODEL_FOLDER) -> TaughtRecognizer:
        """Load words that were taught and saved, with the model that they were taught to.

        Raises TeachingError if the file can't be used, or was made with another model than
        there is.
        """
        from kws_core.teaching.file import load_taught

        return load_taught(Path(path), folder)

    @staticmethod
    def available(folder: Path = MODEL_FOLDER) -> tuple[str, ...]:
        """Return the names that `load` takes."""
        return available_models(folder)

    @property
    def loaded(self) -> LoadedModel:
        """The network, its front end and its card, to look into; shared, so never to be changed."""
        return self._model

    @property
    def front_end_config(self) -> Any:
        """The settings of the front end that the model was trained with."""
        return self._model.front_end.config

    @property
    def n_samples(self) -> int:
        """Samples at 16 kHz that the model sees at once (one second)."""
        return self._model.n_samples

    def classify(self, samples: npt.NDArray[Any], sample_rate: int) -> Prediction:
        """Say which word a clip of at most one second is.

        samples: (n,) at sample_rate Hz; shorter clips are put in the middle of a second of
        their room tone (see `kws_core.audio.one_second`), and up to 0.1 s more is cut to the
        loudest second. Raises TooLongError beyond that, and EmptyAudioError, BadSamplesError or
        BadSampleRateError.
        """
        return self.classify_batch([samples], sample_rate)[0]

    def classify_batch(
        self, clips: Sequence[npt.NDArray[Any]], sample_rate: int
    ) -> list[Prediction]:
        """Classify several clips at once; as `classify`, in the order given."""
        if not clips:
            return []
        padded = [self._one_second(as_mono_16k(clip, sample_rate)) for clip in clips]
        posteriors, timing = self._posteriors(np.stack(padded))
        return [Prediction.of(self.labels, row, timing) for row in posteriors]

    def with_words(
        self,
        words: Mapping[str, Sequence[npt.NDArray[Any]]],
        sample_rate: int,
        *,
        only: bool = False,
    ) -> TaughtRecognizer:
        """Return a recogniser that knows words of one's own as well, learnt from a few takes each.

        words: for each word its takes, (n,) at sample_rate Hz, five or more if possible, best of
        several people; only: these words instead of those that the model knows. Raises
        TeachingError for names or takes that can't be used, and for a model that hears sound
        otherwise than the network that words are taught on (`kws_core.teaching.embedding`).
        """
        from kws_core.teaching.taught import teach

        return teach(self, words, sample_rate, only=only)

    def find_words(
        self,
        samples: npt.NDArray[Any],
        sample_rate: int,
        settings: FinderSettings | None = None,
    ) -> list[Word]:
        """Find the words of a longer recording, in the order spoken, with times in seconds.

        samples: (n,) at sample_rate Hz. Raises as `classify` does, but for the length.
        """
        mono = as_mono_16k(samples, sample_rate)
        return find_words_in(mono, self.n_samples, self.labels, self.posteriors, settings)

    def features(self, samples: Samples) -> npt.NDArray[np.float32]:
        """Return what the front end makes of 16 kHz samples (n,), (bands, frames) of float32.

        A recording shorter than one window is lengthened with silence.
        """
        least = getattr(self.front_end_config, "win_length", 1)
        if len(samples) < least:
            samples = np.pad(samples, (0, least - len(samples)))
        with torch.inference_mode():
            writable = np.require(samples, requirements="W")  # torch warns of any other
            pictures: Tensor = self._front_end(torch.from_numpy(writable[None]))
        return np.asarray(pictures.numpy()[0])

    def embedding(self, samples: npt.NDArray[Any], sample_rate: int) -> npt.NDArray[np.float32]:
        """Return what goes into the last layer for a clip of at most one second, (n_embedding,).

        samples: (n,) at sample_rate Hz. Raises as `classify` does. See
        `kws_core.models.embeddings`.
        """
        with self.recorded_embeddings() as recorded:
            self.classify(samples, sample_rate)
        (embeddings,) = recorded
        return np.asarray(embeddings[0], dtype=np.float32)

    def embeddings(self, pictures: Tensor) -> Embeddings:
        """Return what goes into the last layer, (n, n_embedding), for what the front end gives."""
        with self.recorded_embeddings() as recorded:
            self._network(pictures)
        return np.concatenate(recorded)

    def recorded_embeddings(self) -> AbstractContextManager[list[Embeddings]]:
        """Collect the embeddings (batch, n_embedding) of all that this thread asks meanwhile."""
        return recorded_embeddings(self._network)

    def log_mel_config(self) -> LogMelConfig | None:
        """Return the log-mel settings, or None if the front end is something else."""
        config = self.front_end_config
        return config if isinstance(config, LogMelConfig) else None

    def posteriors(self, windows: Samples) -> npt.NDArray[np.float32]:
        """Return the probabilities of one-second windows: (n, n_samples) to (n, labels)."""
        return self._posteriors(windows)[0]

    def posteriors_of_features(self, features: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return the probabilities (n, labels) of what the front end gives, (n, bands, frames)."""
        with torch.inference_mode():
            batches = (features[at : at + BATCH_SIZE] for at in range(0, len(features), BATCH_SIZE))
            rows = [self._probabilities(torch.from_numpy(batch)) for batch in batches]
        return np.concatenate(rows)

    def posteriors_together(self, features: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return what `posteriors_of_features` does, in one batch with what other threads ask.

        It is meant for those who ask again and again: the first call takes some tenths of a second.
        """
        if not self._is_asked_often:  # to walk through all layers takes longer than the features
            use_often(self._network)
            use_often(self._front_end)
            self._is_asked_often = True
        return self._together(features)

    def _posteriors(self, windows: Samples) -> tuple[npt.NDArray[np.float32], Timing]:
        rows, features_s, model_s = [], 0.0, 0.0
        with torch.inference_mode():
            for start in range(0, len(windows), BATCH_SIZE):
                started = time.perf_counter()
                batch = torch.from_numpy(np.ascontiguousarray(windows[start : start + BATCH_SIZE]))
                parts = [
                    self._model.front_end(part) for part in torch.split(batch, _FEATURES_AT_ONCE)
                ]
                pictures = torch.cat(parts)
                between = time.perf_counter()
                rows.append(self._probabilities(pictures))
                features_s += between - started
                model_s += time.perf_counter() - between
        return np.concatenate(rows), Timing(features_s, model_s)

    def _probabilities(self, pictures: Tensor) -> npt.NDArray[Any]:
        """Return the probabilities (n, labels) of what the front end gives: all else asks here."""
        posteriors: Tensor = self._network(pictures)
        return posteriors.numpy()

    def _one_second(self, samples: Samples) -> Samples:
        if not fits_whole(samples, self.n_samples):
            seconds = len(samples) / self.front_end_config.sample_rate
            raise TooLongError(
                f"This clip is {seconds:.2f} s long; one word is recognised in at most "
                f"{self.n_samples / self.front_end_config.sample_rate:g} s. "
                "Use find_words for longer recordings."
            )
        return in_room_tone(samples, self.n_samples)
