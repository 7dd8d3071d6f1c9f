"""How long it takes to teach five words of ten takes, to score a window, and how large the file is.

``python -m bench.teaching``. The takes are synthetic voices, given again with a little noise.
"""

from __future__ import annotations

import time

import numpy as np
import torch

from kws_core.audio.read import read_audio
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.evaluation.machine import processor
from kws_core.spotting.recognizer import Recognizer
from kws_core.teaching import embedding
from kws_core.teaching.file import taught_bytes
from kws_core.teaching.ready import ready_takes

WORDS, TAKES, WINDOWS = 5, 10, 64


def main() -> None:
    """Measure on one core and print a Markdown table."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    recognizer = Recognizer.load()
    embedding.bank()  # network and bank are read once per process
    files = [path for paths in ready_takes().values() for path in paths]
    sounds = [read_audio(path).samples for path in files]
    words = {
        f"word {word}": [
            sound + rng.normal(0, 1e-3, len(sound))
            for sound in (sounds[(word * TAKES + take) % len(sounds)] for take in range(TAKES))
        ]
        for word in range(WORDS)
    }
    started = time.process_time()
    taught = recognizer.with_words(words, SAMPLE_RATE)
    learning = time.process_time() - started
    windows = rng.normal(0, 0.1, (WINDOWS, recognizer.n_samples)).astype(np.float32)
    per_window = {}
    for name, one in (("without", recognizer), ("with", taught)):
        one.posteriors(windows)
        started = time.process_time()
        for _ in range(5):
            one.posteriors(windows)
        per_window[name] = (time.process_time() - started) / 5 / WINDOWS
    print(f"{processor()}, one core, CPU time\n\n| what | figure |\n|---|---:|")
    print(f"| teaching {WORDS} words of {TAKES} takes | {learning:.2f} s |")
    print(f"| a window without taught words | {1000 * per_window['without']:.2f} ms |")
    print(f"| a window with taught words | {1000 * per_window['with']:.2f} ms |")
    print(f"| the file | {len(taught_bytes(taught)) / 1024:.0f} kB |")


if __name__ == "__main__":
    main()
