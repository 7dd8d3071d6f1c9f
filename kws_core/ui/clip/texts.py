"""Every text about the chosen clip: on Home, on Recognise, and where a clip is chosen."""

from __future__ import annotations

from typing import Final

from kws_core.ui.clip.current_clip import Source

# Home
HOME: Final = "This app recognises {n} spoken English words and shows how sure it is, and why."
SAY: Final = "Say a word"
OR_PLAY: Final = "Or play a recording:"

# The picker
SOURCE: Final = "Source of the sound"
SOURCES: Final[dict[Source, str]] = {
    "sample": ":material/library_music: Sample clip",
    "record": ":material/mic: Record",
    "upload": ":material/upload_file: Upload",
}
EMPTY: Final[dict[Source, str]] = {
    "record": "Press the microphone button, say a word, press stop.",
    "upload": "The result appears here. Common audio formats and all sample rates work.",
}
SAMPLES: Final = "Sample clips"
IN_NOISE: Final = "{word} in noise"
SENTENCE: Final = "several words"
RECORD: Final = "Record one word or several"
UPLOAD: Final = "Upload a recording"
FORMATS: Final = "{formats}. "
LIMIT: Final = "Up to {seconds:g} seconds; the rest is cut off."
CORRECTION: Final = "{rate:g} kHz: sample rate and channel"
RATE: Final = "Sample rate, Hz"
RATE_HELP: Final = (
    "Speech that is too slow and low, or too fast and high, has the wrong rate in its file. "
    "Often half or twice the rate is right."
)
CHANNEL: Final = "Channel"
BEST_CHANNEL: Final = "Automatic"
WHICH_WORDS: Final = "Which words?"
WORDS: Final = "The {n} words: {words}."
MICROPHONE: Final = "Microphone not working?"
WITHOUT_MICROPHONE: Final = "upload a recording instead"
TRY_SAMPLE: Final = "Try a sample clip instead"
KEPT: Final = ":material/graphic_eq: **{name}** ({seconds:.1f} s)"
STILL_KEPT: Final = ":material/graphic_eq: Still here: **{name}** ({seconds:.1f} s)"
CLEAR: Final = "Clear"

# The answer
NO_WORD: Final = "No known word found"
NO_WORD_ADVICE: Final = (
    "Speak closer to the microphone, and pause briefly before and after each word."
)
SILENCE: Final = "No word found"
SILENCE_ADVICE: Final = "Only silence or noise. Speak closer to the microphone, or more clearly."
TOO_QUIET: Final = "Too quiet"
TOO_QUIET_ADVICE: Final = (
    "The loudest moment is at {peak:.0f} dBFS, almost silence. Turn the microphone up, or speak "
    "closer to it."
)
NOT_SURE: Final = "Not sure"
PERHAPS: Final = "Perhaps {first} or {second}."
UNKNOWN_WORD: Final = "It sounds like an unknown word; perhaps {first} or {second}."
FROM: Final = "From {start:.1f} to {end:.1f} s"
SEVERAL: Final = "{n} words"
FOUND: Final = "Found words, in order. Press one to play it."
COMMANDS_HELP: Final = (
    "A command on its own has a short pause before and after it. Words inside sentences bring more "
    "false detections."
)
SCORES: Final = "**Top {n} scores** ({words} words, plus {others})"
SCORES_AROUND: Final = "Scores for the second around this word."

# The facts
SECONDS: Final = "{name}, {seconds:.1f} s"
LENGTH: Final = "Length"
LEVEL: Final = "Level"
PEAK: Final = "Peak"
FORMAT: Final = "Source"
BOARD: Final = "The {n} words"
MODEL_SEES: Final = "**What the model sees**"
MODEL_SEES_ALL: Final = (
    "The model sees only the lower picture: the level in {bands} frequency bands up to {top:g} "
    "kHz, one column every {hop:g} ms. Brighter is louder. {seconds:g} s of sound is {bands} × "
    "{frames} numbers."
)
SHORT_CLIP: Final = (
    "This clip is shorter than {seconds:g} s: the model gets it in the middle of faint noise, as "
    "loud as the clip's own quietest moments."
)
TIMING: Final = ":material/timer: On this server: {steps}."

# Many recordings
MANY: Final = "Many recordings at once"
MANY_WHAT: Final = (
    "Find the words in many or long recordings, play each hit with two seconds around it, and mark "
    "it right or wrong to see which threshold suits your recordings."
)
MANY_UPLOAD: Final = "Recordings of any length, or a ZIP archive of them"
MANY_LIMITS: Final = (
    "Up to {files:,} files of {mb} MB, {total} MB unpacked, and {seconds:g} s of work. For more, "
    "`python -m kws_core scan --out` goes through whole archives."
)
MANY_EMPTY: Final = "The hits appear here."
MANY_BUSY: Final = "Listening to your recordings"
MANY_SO_FAR: Final = "{n:,} recordings, {minutes:.1f} minutes so far"
MANY_FOUND: Final = "**{hits:,} hits** in {files:,} recordings, {minutes:.1f} minutes"
MANY_SKIPPED: Final = "**Left out or cut: {n:,}**"
MANY_WORDS: Final = "Words"
MANY_ALL_WORDS: Final = "All words"
MANY_FILE: Final = "File name contains"
MANY_LEAST: Final = "Least score"
MANY_LEAST_HELP: Final = "Lower it to list more hits, of which more are wrong."
MANY_NONE: Final = "No hits with these filters. Lower the least score, or choose other words."
MANY_VERDICT: Final = "Is the word said there?"
MANY_NO_SOUND: Final = "Upload the recording again to listen to this hit."
MANY_JUDGE: Final = "Mark hits right or wrong: the precision by threshold appears here."
MANY_PRECISION: Final = "**Precision by threshold**, of the hits you marked"
MANY_LABELS: Final = {"audacity": "Audacity labels", "raven": "Raven tables", "srt": "Subtitles"}
