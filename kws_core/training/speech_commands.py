"""Speech Commands v0.02 as torchaudio downloads it, split by the official lists.

The notebook joined the lists' paths to the folder without normalising them: "./" was kept on one
side and not on the other, nothing matched, and the validation and test clips were trained on
(https://github.com/pytorch/tutorials/issues/1830). Here paths are compared relative to the
folder, and every listed file must be there.
"""

from __future__ import annotations

from pathlib import Path

from kws_core.errors import DataError
from kws_core.labels import WORDS

FOLDER = Path("SpeechCommands") / "speech_commands_v0.02"
LISTS = {"val": "validation_list.txt", "test": "testing_list.txt"}
SPLITS = ("train", "val", "test")


def download(root: Path) -> Path:
    """Download and unpack the data set (2.3 GB) into `root`, checked by its checksum.

    Returns the folder with the words. Raises DataError if it can't be had.
    """
    from kws_core.torch_audio import torchaudio

    root.mkdir(parents=True, exist_ok=True)
    try:
        torchaudio.datasets.SPEECHCOMMANDS(str(root), download=True)
    except (OSError, RuntimeError) as error:
        raise DataError(
            f"Speech Commands could not be downloaded to {root} ({error}). Check the connection "
            "and the free space (5 GB), and try again."
        ) from error
    return root / FOLDER


def official_splits(folder: Path) -> dict[str, list[Path]]:
    """Return the files of each split: train, val and test, sorted.

    Raises DataError if a list is missing or names a file that is not there, or if a speaker is
    in two splits.
    """
    files = {path.relative_to(folder).as_posix(): path for path in _recordings(folder)}
    if not files:
        raise DataError(f"There are no recordings in {folder}.")
    splits: dict[str, list[Path]] = {name: [] for name in SPLITS}
    split_of: dict[str, str] = {}
    for split, list_name in LISTS.items():
        for name in _read_list(folder / list_name):
            if name not in files:
                raise DataError(
                    f"{list_name} names {name}, which is not in {folder}: the data are incomplete."
                )
            split_of[name] = split
    for name in sorted(files):
        splits[split_of.get(name, "train")].append(files[name])
    check_speakers(splits)
    return splits


def check_speakers(splits: dict[str, list[Path]]) -> None:
    """Raise DataError if a speaker is in two splits."""
    home: dict[str, str] = {}
    for split, paths in splits.items():
        for path in paths:
            if home.setdefault(speaker_of(path), split) != split:
                raise DataError(
                    f"The speaker {speaker_of(path)} is in {home[speaker_of(path)]} and in {split}."
                )


def speaker_of(path: Path) -> str:
    """Return the speaker's 8 hexadecimal digits of a file such as ``bed/0a7c2a8d_nohash_0.wav``."""
    return path.name.split("_nohash_")[0]


def _recordings(folder: Path) -> list[Path]:
    return [path for word in WORDS for path in (folder / word).glob("*.wav")]


def _read_list(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DataError(f"The official list {path} can't be read: {error}.") from error
    return [Path(line.strip()).as_posix() for line in lines if line.strip()]
