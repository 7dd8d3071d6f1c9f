"""How each recording of an archive is heard: the same way all of them, and written down."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from kws_core.audio.long import MIX
from kws_core.errors import ArchiveError
from kws_core.models.store import MODEL_FOLDER
from kws_core.spotting.candidates import FinderSettings
from kws_core.spotting.recognizer import DEFAULT_MODEL, Recognizer

FORMAT: Final = 1  # of an output folder


@dataclass(frozen=True)
class Plan:
    """How recordings are heard; small, so that it can be sent to other machines.

    taught: a file of taught words, instead of the model's name. channels: one of
    `kws_core.audio.long.CHANNELS`. merge: events of one word nearer than that, in seconds, are one.
    """

    model: str = DEFAULT_MODEL
    model_folder: Path = MODEL_FOLDER
    taught: Path | None = None
    settings: FinderSettings = field(default_factory=FinderSettings)
    channels: str = MIX
    merge: float = 0.0

    def load(self) -> Recognizer:
        """Load the recogniser; raises KwsError."""
        if self.taught is not None:
            return Recognizer.load_taught(self.taught, self.model_folder)
        return Recognizer.load(self.model, self.model_folder)

    def manifest(self, recognizer: Recognizer) -> dict[str, Any]:
        """Return what events depend on, as JSON keeps it. Raises ArchiveError."""
        card = recognizer.card
        content = {
            "format": FORMAT,
            "version": _version(),
            "model": card.name,
            "model_sha256": card.sha256,
            "temperature": card.temperature,
            "labels": list(recognizer.labels),
            "taught_sha256": self._taught_hash(),
            "settings": asdict(self.settings),
            "channels": self.channels,
            "merge": self.merge,
        }
        plain: dict[str, Any] = json.loads(json.dumps(content))
        return plain

    def _taught_hash(self) -> str | None:
        if self.taught is None:
            return None
        try:
            return hashlib.sha256(self.taught.read_bytes()).hexdigest()
        except OSError as error:
            raise ArchiveError(f"{self.taught} can't be read: {error.strerror}.") from error


def differences(kept: dict[str, Any], wanted: dict[str, Any], inside: str = "") -> list[str]:
    """List what differs between two manifests, each as ``name: kept, now wanted``."""
    found = []
    for name in sorted(kept.keys() | wanted.keys()):
        before, now = kept.get(name), wanted.get(name)
        if isinstance(before, dict) and isinstance(now, dict):
            found += differences(before, now, f"{inside}{name}.")
        elif before != now:
            found.append(f"{inside}{name}: {_short(before)}, now {_short(now)}")
    return found


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:36]}..."


def _version() -> str:
    try:
        return importlib.metadata.version("kws-explorer")
    except importlib.metadata.PackageNotFoundError:  # run from its sources
        return "from sources"
