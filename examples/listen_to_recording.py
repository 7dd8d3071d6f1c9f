"""Listen to a recording as a stream: it arrives in pieces, and words are reported as they are said.

python -m examples.listen_to_recording [FILE]
"""

import sys

from kws_core import KeywordDetector, KwsError, Recognizer, read_audio
from kws_core.samples import get_sample

PIECE_S = 0.02  # as a microphone delivers it


def main() -> None:
    """Print each word of a file, or of a sample, when the detector reports it."""
    path = sys.argv[1] if len(sys.argv) > 1 else str(get_sample("several_words").path)
    detector = KeywordDetector(Recognizer.load())
    try:
        clip = read_audio(path)
    except KwsError as error:
        sys.exit(f"{path}: {error}")
    size = round(PIECE_S * clip.sample_rate)
    for at in range(0, len(clip.samples), size):
        for word in detector.push(clip.samples[at : at + size], clip.sample_rate):
            heard_at = (at + size) / clip.sample_rate
            print(f"{heard_at:6.2f} s  {word.label:10} {word.score:.0%}")


if __name__ == "__main__":
    main()
