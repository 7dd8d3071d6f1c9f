"""Let speech synthesisers say the 35 words, and thousands that are none of them.

A keyword model meets few of the syllables there are; synthesisers know all of English, in voices
that no one would take for a person's. So that a voice does not give away whether it is a word,
every voice says both. The programs and a list of words are packages of Debian:

    apt-get install flite espeak-ng festival festvox-kallpc16k festvox-kdlpc16k \\
        festvox-us-slt-hts wamerican-small
    python -m kws_core.training.tools.synthesize --out sounds

writes ``sounds/speech/synthetic`` (beside what `gather_sound` left there) and
``sounds/words``, both for ``train --sounds sounds``. Who says what is drawn first, from one seed.
Nothing of it is passed on from here.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

from kws_core.errors import DataError, KwsError
from kws_core.labels import WORDS
from kws_core.training.dataset.more_sound import ABOUT_FILE
from kws_core.training.tools.gather_sound import holds_a_word

DICTIONARY = Path("/usr/share/dict/american-english-small")
# What sounds like one of the words, or so nearly that no one could say which it was.
_SOUND_ALIKE = (
    *("ate", "ewe", "foe", "for", "fore", "fort", "forth", "fourth", "know", "knows", "naught"),
    *("noe", "rite", "sicks", "to", "toe", "too", "tow", "tre", "uh", "whoa", "woe", "won"),
    *("wright", "write"),
)
_SHORT = 5  # letters, at most: such words are near the 35
_FLITE = {"slt": 180, "rms": 95, "awb": 135, "kal16": 105}  # voices and their pitch in Hz
_FESTIVAL = ("kal_diphone", "ked_diphone", "cmu_us_slt_arctic_hts")
_ACCENTS = ("en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-029")
_VARIANTS = (
    *("", "+f1", "+f2", "+f3", "+f4", "+f5", "+m1", "+m2", "+m3", "+m4", "+m5", "+m6", "+m7"),
    *("+Annie", "+Alicia", "+Andrea", "+Michael", "+Lee", "+steph", "+linda"),
)


@dataclass(frozen=True)
class Saying:
    """A word to be said: by which program, in which voice.

    stretch: of its length. pitch: Hz for flite, 0 to 99 for espeak-ng, unused by festival.
    """

    text: str
    program: str
    voice: str
    stretch: float
    pitch: int


def other_words(dictionary: Path) -> list[str]:
    """Return English words that are not, do not hold and do not sound like one of the 35.

    Raises `DataError` if the list is not there.
    """
    if not dictionary.is_file():
        raise DataError(f"{dictionary} is missing: install the package wamerican-small.")
    listed = dictionary.read_text(encoding="utf-8", errors="replace").lower().split()
    return sorted({word for word in listed if _is_other(word)})


def _is_other(word: str) -> bool:
    # "up" and "on" begin "upset" and "onset" as whole syllables.
    syllable = re.match("(up|on)[^aeiou]|(no|go|up|on)s$", word) is not None
    is_plain = re.fullmatch("[a-z]{2,10}", word) is not None
    return is_plain and not (syllable or word in _SOUND_ALIKE or holds_a_word(word, part_length=3))


def draw_sayings(texts: Sequence[str], seed: int) -> list[Saying]:
    """Draw a voice for each text: half flite's, a quarter each of festival's and espeak-ng's."""
    rng = np.random.default_rng(seed)

    def one(text: str) -> Saying:
        program = str(rng.choice(["flite", "flite", "festival", "espeak-ng"]))
        stretch = round(float(rng.uniform(0.75, 1.3)), 2)
        if program == "flite":
            voice = str(rng.choice(list(_FLITE)))
            return Saying(
                text, program, voice, stretch, round(_FLITE[voice] * rng.uniform(0.8, 1.25))
            )
        if program == "festival":
            return Saying(text, program, str(rng.choice(_FESTIVAL)), stretch, 0)
        voice = f"{rng.choice(_ACCENTS)}{rng.choice(_VARIANTS)}"
        return Saying(text, program, voice, stretch, int(rng.integers(25, 76)))

    return [one(text) for text in texts]


def draw_texts(words: Sequence[str], n: int, seed: int) -> list[str]:
    """Draw `n` of these words, every second one a short one: those are near the 35."""
    rng = np.random.default_rng(seed)
    short = [word for word in words if len(word) <= _SHORT] or words
    kinds = (words, short)
    return [kinds[i % 2][int(rng.integers(len(kinds[i % 2])))] for i in range(n)]


def say(sayings: Sequence[Saying], paths: Sequence[Path]) -> None:
    """Write each saying as a WAV file.

    Raises `DataError` if a program is not installed or fails.
    """
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
    pairs = list(zip(sayings, paths, strict=True))
    jobs = []
    for voice in _FESTIVAL:  # which takes a second to begin, so it says all of a voice at once
        own = [pair for pair in pairs if pair[0].program == "festival" and pair[0].voice == voice]
        if own:
            jobs.append(partial(_run, ["festival", "--pipe"], _scheme(voice, own)))
    commands = {"flite": _flite, "espeak-ng": _espeak}
    jobs += [partial(_run, commands[s.program](s, p)) for s, p in pairs if s.program in commands]
    with ThreadPoolExecutor() as threads:
        done = threads.map(lambda job: job(), jobs)
        for _ in tqdm(done, "saying", len(jobs)):
            pass


def _flite(saying: Saying, path: Path) -> list[str]:
    settings = [f"duration_stretch={saying.stretch}", f"int_f0_target_mean={saying.pitch}"]
    given = [part for setting in settings for part in ("--setf", setting)]
    return ["flite", "-voice", saying.voice, *given, "-t", saying.text, "-o", str(path)]


def _espeak(saying: Saying, path: Path) -> list[str]:
    pace = str(round(150 / saying.stretch))  # words a minute
    voice = ["-v", saying.voice, "-s", pace, "-p", str(saying.pitch)]
    return ["espeak-ng", *voice, "-w", str(path), saying.text]


def _scheme(voice: str, pairs: Sequence[tuple[Saying, Path]]) -> str:
    lines = [f"(voice_{voice})"]
    for saying, path in pairs:
        spoken = f'(utt.synth (Utterance Text "{saying.text}"))'
        lines.append(f"(Parameter.set 'Duration_Stretch {saying.stretch})")
        lines.append(f'(utt.save.wave {spoken} "{path.as_posix()}" \'riff)')
    return "\n".join(lines)


def _run(command: Sequence[str], text: str | None = None) -> None:
    if shutil.which(command[0]) is None:
        raise DataError(f"{command[0]} is not installed: it is a package of Debian.")
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DataError(f"{command[0]} failed: {done.stderr.strip() or ' '.join(command)}")


def _file_name(number: int, saying: Saying) -> str:
    return f"{saying.program}-{number:05d}-{saying.text}.wav"


def _tell(folder: Path, what: str) -> None:
    """Say in a folder where its sounds are from, after what is said there already."""
    path = folder / ABOUT_FILE
    said = path.read_text(encoding="utf-8").strip() if path.is_file() else ""
    if what not in said:
        path.write_text("; ".join(part for part in (said, what) if part) + "\n", encoding="utf-8")


def main() -> int:
    """Synthesise as asked on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for both kinds")
    parser.add_argument("--others", type=int, default=13_000, help="sayings of other words")
    parser.add_argument("--times", type=int, default=42, help="how often each of the 35 is said")
    parser.add_argument("--dictionary", type=Path, default=DICTIONARY, help="a word a line")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    others, words = options.out / "speech" / "synthetic", options.out / "words"
    try:
        texts = draw_texts(other_words(options.dictionary), options.others, options.seed)
        sayings = draw_sayings(texts, options.seed + 1)
        say(sayings, [others / _file_name(i, one) for i, one in enumerate(sayings)])
        keywords = draw_sayings(list(WORDS) * options.times, options.seed + 2)
        say(keywords, [words / one.text / _file_name(i, one) for i, one in enumerate(keywords)])
    except KwsError as error:
        print(error, file=sys.stderr)
        return 1
    _tell(words, "Said by flite, festival and espeak-ng")
    _tell(others.parent, "words said by flite, festival and espeak-ng")
    print(f"{len(sayings)} other words in {others}, {len(keywords)} words in {words}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
