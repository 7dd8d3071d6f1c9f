"""The words: the 35 of Speech Commands v0.02 and the two classes that stand for everything else."""

from __future__ import annotations

SILENCE = "_silence_"
UNKNOWN = "_unknown_"

WORDS = (
    "backward",
    "bed",
    "bird",
    "cat",
    "dog",
    "down",
    "eight",
    "five",
    "follow",
    "forward",
    "four",
    "go",
    "happy",
    "house",
    "learn",
    "left",
    "marvin",
    "nine",
    "no",
    "off",
    "on",
    "one",
    "right",
    "seven",
    "sheila",
    "six",
    "stop",
    "three",
    "tree",
    "two",
    "up",
    "visual",
    "wow",
    "yes",
    "zero",
)

LABELS: tuple[str, ...] = (*WORDS, SILENCE, UNKNOWN)
