"""Which word is it? Classify a recording of up to one second.

python -m examples.classify_file [FILE]
"""

import sys

from kws_core import KwsError, Recognizer, read_audio
from kws_core.samples import get_sample


def main() -> None:
    """Print the five likeliest words of a file, or of a sample."""
    path = sys.argv[1] if len(sys.argv) > 1 else str(get_sample("yes").path)
    recognizer = Recognizer.load()
    try:
        clip = read_audio(path)
        prediction = recognizer.classify(clip.samples, clip.sample_rate)
    except KwsError as error:
        sys.exit(f"{path}: {error}")
    for label, score in list(prediction.scores.items())[:5]:
        print(f"{label:12} {score:6.1%}")


if __name__ == "__main__":
    main()
