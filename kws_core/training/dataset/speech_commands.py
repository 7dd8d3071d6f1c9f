"""Speech Commands v0.02 as torchaudio downloads it, split by the official lists.

The notebook joined the lists' paths to the folder without normalising them: "./" was kept on one
side and not on the other, nothing matched, and the validation and test clips were trained on
(https://github.com/pytorch/tutorials/issues/1830). Here paths are compared relative to the
folder, and every listed file must be there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kws_core.audio.waveform import Samples
from kws_core.errors import DataError
from kws_core.labels import WORDS
from kws_core.training.dataset.shards import decode, decode_word, part_of_long

FOLDER = Path("SpeechCommands") / "speech_commands_v0.02"  # in the folder of the download
NOISE_FOLDER = "_background_noise_"
LISTS = {"val": "validation_list.txt", "test": "testing_list.txt"}
SPLITS = ("train", "val", "test")


def find_folder(folder: Path) -> Path | None:
    """Return where the words are, in `folder` or below it as torchaudio unpacks them, or None."""
    for place in (folder, folder / FOLDER):
        if any((place / name).is_file() for name in LISTS.values()):
            return place
    return None


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
        listed = _read_list(folder / list_name)
        missing = [name for name in listed if name not in files]
        if missing:
            raise DataError(
                f"{list_name} names {missing[0]}, which is not in {folder} ({len(missing)} of "
                f"{len(listed)} files are missing): unpack the data again."
            )
        split_of.update(dict.fromkeys(listed, split))
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


def read_words(paths: list[Path]) -> Iterator[tuple[Samples, str, str]]:
    """Yield samples, word and speaker of each file; raises DataError if one is damaged."""
    for path in paths:
        samples = decode_word(path.read_bytes(), str(path))
        yield samples, path.parent.name, speaker_of(path)


def background_noises(folder: Path, split: str) -> Iterator[tuple[str, Samples]]:
    """Yield name and samples of the background noises; the end of each is held out for val.

    Raises DataError if there are none.
    """
    paths = sorted(_wav_files(folder / NOISE_FOLDER))
    if not paths:
        raise DataError(
            f"There are no recordings in {folder / NOISE_FOLDER}: unpack the data again, or "
            "train without them: --set 'without=[\"noise\"]'."
        )
    for path in paths:
        yield path.stem, part_of_long(decode(path.read_bytes(), where=str(path)), split)


def _recordings(folder: Path) -> list[Path]:
    return [path for word in WORDS for path in _wav_files(folder / word)]


def _wav_files(folder: Path) -> list[Path]:
    # macOS leaves a file "._NAME" beside each, which is no sound.
    return [path for path in folder.glob("*.wav") if not path.name.startswith(".")]


def _read_list(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DataError(f"The official list {path} can't be read: {error}.") from error
    return [Path(line.strip()).as_posix() for line in lines if line.strip()]
