"""Gather people saying other things, and noises, from packages of Debian: 32 languages, 6 hours.

Children learn letters, syllables and things from these packages, and telephones answer with them.
All were recorded by people, under free licences; they are downloaded, never passed on from here.
Unpack the packages in a folder (as root or not, nothing is installed), then copy what is of use:

    apt-get download PACKAGES
    for package in *.deb; do dpkg-deb -x $package unpacked; done
    python -m kws_core.training.tools.gather_sound --packages unpacked --out sounds

Train with ``--sounds sounds``; measure with ``evaluate --sentences sounds/sentences``: two more
voices, who are never trained on.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import soundfile

from kws_core.audio.formats import SUFFIXES
from kws_core.errors import DataError, KwsError
from kws_core.labels import WORDS
from kws_core.training.dataset.more_sound import ABOUT_FILE, sound_files

_GSM = ".gsm"
_GSM_RATE = 8000  # Hz
_PART_LENGTH = 4  # letters; shorter words are looked for as whole words only


@dataclass(frozen=True)
class Source:
    """Recordings of a Debian package.

    folder: below ``usr/share``. pattern: a regular expression for files in it, without suffix.
    """

    package: str
    licence: str
    folder: str
    pattern: str = ".*"
    speech: bool = True  # then files that name one of the words are left out


_ASTERISK = "CC BY-SA 3.0"
SPEECH = (
    Source("klettres-data", "GPL-2+", "klettres"),
    Source("ktuberling-data", "GPL-2+", "ktuberling/sounds"),
    Source("tuxpaint-stamps-default", "GPL-2", "tuxpaint/stamps", ".*_desc.*"),
    # Of the English sentences only letters are taken: the others hold words that are listened for.
    Source("asterisk-core-sounds-en-wav", _ASTERISK, "asterisk/sounds/en_US_f_Allison/letters"),
    Source("asterisk-core-sounds-en-wav", _ASTERISK, "asterisk/sounds/en_US_f_Allison/phonetic"),
    Source("asterisk-core-sounds-es-wav", _ASTERISK, "asterisk/sounds/es_MX_f_Allison"),
    Source("asterisk-core-sounds-fr-wav", _ASTERISK, "asterisk/sounds/fr_CA_f_June"),
    Source("asterisk-core-sounds-it-wav", _ASTERISK, "asterisk/sounds/it_IT_m_Carlo"),
    Source("asterisk-core-sounds-ru-wav", "CC BY 3.0", "asterisk/sounds/ru_RU_f_IvrvoiceRU"),
    Source("asterisk-prompt-it-menardi-wav", _ASTERISK, "asterisk/sounds/it_IT_f_Menardi"),
)
# Telephones that speak Spanish and French, each with one voice: what is said to callers, no digits.
SENTENCES = (
    Source("asterisk-prompt-es-co", "GPL-2", "asterisk/sounds/es", "(?!digits/).*"),
    Source(
        "asterisk-prompt-fr-armelle",
        "BSD",
        "asterisk/sounds/fr",
        "(?!(?:digits|letters|phonetic|dictate)/).*",
    ),
)
NOISE = tuple(
    Source(
        "tuxpaint-stamps-default", "GPL-2", f"tuxpaint/stamps/{kind}", "(?!.*_desc).*", speech=False
    )
    for kind in ("animals", "household", "vehicles", "hobbies", "sports", "medical")
)


def holds_a_word(text: str, part_length: int = _PART_LENGTH) -> bool:
    """Say whether one of the 35 words is in a text or a file's name, also as part of a longer one.

    part_length: letters; of shorter words only the whole word counts.
    """
    pieces = re.split(r"[^a-z]+", text.lower())
    return any(
        word == piece or (len(word) >= part_length and word in piece)
        for word in WORDS
        for piece in pieces
    )


def files_of(source: Source, packages: Path) -> Iterator[Path]:
    """Yield the sound files of a source, sorted; of speech, those that name none of the words.

    Raises `DataError` if the package has not been unpacked.
    """
    folder = packages / "usr" / "share" / source.folder
    if not folder.is_dir():
        raise DataError(
            f"{folder} is missing: download the package {source.package} with apt-get and unpack "
            "it with dpkg-deb -x (see docs/training.md)."
        )
    for path in sound_files(folder, (*SUFFIXES, _GSM)):
        named = source.speech and holds_a_word(f"{path.stem} {_said_in(path)}")
        place = path.relative_to(folder).with_suffix("").as_posix()
        if re.fullmatch(source.pattern, place) and not named:
            yield path


def _said_in(path: Path) -> str:
    """Return what is written beside a recording of Tux Paint: its English text, or nothing."""
    text = path.with_name(path.stem.removesuffix("_desc") + ".txt")
    if not path.stem.endswith("_desc") or not text.is_file():
        return ""
    return text.read_text(encoding="utf-8", errors="replace").partition("\n")[0]


def gather(sources: tuple[Source, ...], packages: Path, out: Path) -> int:
    """Copy the files of all sources into a folder, and say there where they are from.

    Returns their number. Raises `DataError` if a package is missing.
    """
    n = 0
    for source in sources:
        for path in files_of(source, packages):
            place = out / path.relative_to(packages / "usr" / "share")
            place.parent.mkdir(parents=True, exist_ok=True)
            _copy(path, place)
            n += 1
    licences = dict.fromkeys(f"{source.package} ({source.licence})" for source in sources)
    (out / ABOUT_FILE).write_text("Debian packages " + ", ".join(licences) + "\n", encoding="utf-8")
    return n


def _copy(path: Path, place: Path) -> None:
    """Copy a file; telephones' GSM 06.10, which has no header to know it by, becomes WAV."""
    if path.suffix != _GSM:
        shutil.copyfile(path, place)
        return
    samples, rate = soundfile.read(
        path, format="RAW", subtype="GSM610", samplerate=_GSM_RATE, channels=1
    )
    soundfile.write(place.with_suffix(".wav"), samples, rate, subtype="PCM_16")


def main() -> int:
    """Gather speech and noise as asked on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--packages", type=Path, required=True, help="folder of unpacked packages")
    parser.add_argument("--out", type=Path, required=True, help="folder for what is gathered")
    options = parser.parse_args()
    try:
        for kind, sources in {"speech": SPEECH, "noise": NOISE, "sentences": SENTENCES}.items():
            n = gather(sources, options.packages, options.out / kind)
            print(f"{n} files of {kind} in {options.out / kind}")
    except KwsError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
