"""More to learn from than the data folder has: folders of sound files, speech, noise or words.

A keyword model can't know too many people saying other things. Any sound files will do, as long as
none of the words is said in the speech; `kws_core.training.tools.gather_sound` makes such folders,
and `kws_core.training.tools.synthesize` one of words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import librosa
from tqdm import tqdm

from kws_core.audio.formats import SUFFIXES
from kws_core.audio.read import read_audio
from kws_core.audio.waveform import Samples
from kws_core.errors import AudioError, DataError
from kws_core.features.front_ends import LogMel, LogMelConfig
from kws_core.training.dataset.clips import Clips, gather_clips, log_mel_of

ABOUT_FILE = "ABOUT.txt"  # its first line says where the files come from, and their licences
_SILENT_DB = 40.0  # below the loudest frame: cut off at both ends


@dataclass(frozen=True)
class MoreSound:
    """Folders of sound files; in the speech, none of the words may be said.

    words: has a folder for each word that is said, called so.
    """

    speech: Path | None = None
    noise: Path | None = None
    words: Path | None = None

    @classmethod
    def below(cls, folder: Path) -> MoreSound:
        """Return the subfolders speech, noise and words, those that exist.

        Raises `DataError` if there is none of them.
        """
        found = {part.name: folder / part.name for part in fields(cls)}
        found = {name: path for name, path in found.items() if path.is_dir()}
        if not found:
            raise DataError(f"{folder} has no subfolder speech, noise or words with sound files.")
        return cls(**found)

    def descriptions(self) -> list[str]:
        """Return what a model's card says of each folder."""
        folders = {"more speech": self.speech, "more noise": self.noise, "more words": self.words}
        return [f"{kind}: {_about(folder)}" for kind, folder in folders.items() if folder]


def _about(folder: Path) -> str:
    about = folder / ABOUT_FILE
    if not about.is_file():
        return folder.resolve().name
    return about.read_text(encoding="utf-8").partition("\n")[0].strip()


def word_clips(folder: Path, config: LogMelConfig) -> Clips:
    """Return the clips of a folder that has a folder of sound files for each word.

    Of a longer file the first second counts, after the silence. Raises `DataError` if a folder is
    called like none of the labels, or nothing can be read.
    """
    front_end = LogMel(config)
    rows = [
        (log_mel_of(front_end, samples[: config.n_samples]), name.partition("/")[0], f"more-{name}")
        for name, samples in folder_recordings(folder)
    ]
    if not rows:
        raise DataError(f"None of the sound files in {folder} can be read: see the lines above.")
    return gather_clips(rows, len(rows), config, is_picture=False)


def sound_files(folder: Path, suffixes: Sequence[str] = SUFFIXES) -> list[Path]:
    """Return the files in a folder and its subfolders that end so, sorted.

    Raises `DataError` if there are none.
    """
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in suffixes and not path.name.startswith(".")
    )
    if not files:
        raise DataError(
            f"There are no sound files in {folder}: give a folder with "
            f"{', '.join(SUFFIXES)} files, or go without it."
        )
    return files


def folder_recordings(folder: Path) -> Iterator[tuple[str, Samples]]:
    """Yield the name and the samples (16 kHz) of each sound file, without silence at its ends.

    Of a longer file the first minute is taken. What can't be read, or is silent or too short to be
    heard, is left out, and named.
    """
    files, left_out = sound_files(folder), 0
    for path in files:
        name = path.relative_to(folder).as_posix()
        try:
            samples = read_audio(path).samples
        except AudioError as error:
            tqdm.write(f"{name} is left out: {error}")
            left_out += 1
            continue
        yield name, librosa.effects.trim(samples, top_db=_SILENT_DB)[0].copy()
    if left_out:
        tqdm.write(f"{left_out} of {len(files)} files in {folder} are left out.")
