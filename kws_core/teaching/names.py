"""Names of taught words: any script, but nothing that could be taken for something else."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from kws_core.errors import TeachingError
from kws_core.labels import SILENCE, UNKNOWN

MOST_WORDS = 50
LONGEST_NAME = 40


def check_names(names: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Return the names as they are written, without spaces around them.

    known: labels that the model has already. Raises TeachingError for none, more than 50, one twice
    (upper and lower case are the same), or one that can't be used.
    """
    if not names:
        raise TeachingError("There is no word to learn: name one, and give some takes of it.")
    if len(names) > MOST_WORDS:
        raise TeachingError(
            f"{len(names):,} words are too many to learn from a few takes each: teach at most "
            f"{MOST_WORDS}."
        )
    checked: list[str] = []
    for name in names:
        checked.append(check_name(name, [*known, *checked]))
    return tuple(checked)


def check_name(name: str, taken: Sequence[str]) -> str:
    """Return a name without spaces around it; raises TeachingError if it can't be used."""
    plain = " ".join(unicodedata.normalize("NFC", name).split())
    if not plain:
        raise TeachingError("The word has no name: write what is said.")
    if len(plain) > LONGEST_NAME:
        raise TeachingError(
            f"A name of {len(plain):,} characters is too long: use at most {LONGEST_NAME}."
        )
    if not plain.isprintable():
        raise TeachingError(f"The name {plain!r} holds characters that can't be shown.")
    if plain.casefold() in (SILENCE, UNKNOWN):
        raise TeachingError(f"The name {plain!r} stands for what is no word: choose another one.")
    if plain.casefold() in {other.casefold() for other in taken}:
        raise TeachingError(
            f"There is a word {plain!r} already: choose another name, or add its takes there."
        )
    return plain
