"""Every text of "Your room" on the Live page."""

from __future__ import annotations

from typing import Final

ROOM: Final = "Your room"
ROOM_HELP: Final = (
    "Measures the detector with this microphone, in this room and with your voice. Settings are "
    "those at the start of a test; a change of them counts from the next test on."
)
LEAVE_ON, SAY, THRESHOLD = TABS = "Leave it on", "Say these words", "Threshold"

# Leave it on
COUNT: Final = (
    "While nobody says a command (television, talk, kitchen), every reported word is a false "
    "alarm. Keep this page open, and the computer awake."
)
LENGTH: Final = "Length of the test"
BEGIN_COUNT: Final = "Start counting"
END: Final = "Stop"
GO_ON: Final = "Go on"
ANEW: Final = "Start anew"
WAITS: Final = "Waits for sound: start the microphone or play a sample."
OTHER_MODEL: Final = "Another model listens now. Start anew to measure it."
COUNTED: Final = "**False alarms: {counted}** (95% interval)"
NO_ALARM_YET: Final = "**False alarms: none yet.**"
NEAR: Final = "Near alarms, just below the threshold: {n}."
BY_WORD: Final = "By word: {words}."
PROGRESS: Final = "{now} of {wanted}"
LISTEN_TO: Final = "Listen to"
KEPT: Final = (
    "Two seconds around each alarm and near alarm, {most} at most, are kept in memory for this "
    "session."
)
ALARM: Final = "{time}, {word}, {score}"
NEAR_ALARM: Final = "{time}, {word}, {score}, near alarm"

# Say these words
PROMPTS: Final = (
    "{n} words appear one after the other, each for {seconds:g} s. Say each word once, when you "
    "see it."
)
BEGIN_PROMPTS: Final = "Start"
NEEDS_SOUND: Final = "Needs the microphone: start it above."
SAMPLE_VOICE: Final = "Let the sample voice speak"
SAMPLE_VOICE_HELP: Final = "Without a microphone: synthetic voices say {n} words in time."
READY: Final = "Get ready"
TURN: Final = "Word {number} of {n}"
DECIDING: Final = "…"
NOW_HEARD: Final = "Heard so far: {heard} of {n}"
RESULT: Final = "**{heard} of {n} words heard**"
RESULT_COLUMNS: Final = ("Result", "Words", "Share", "95% interval")
HEARD, MISSED, MISTAKEN = "Heard", "Missed", "Mistaken for another word"
LATENCY: Final = "Latency: {latency} (median), from the end of the word to its report."
EXTRA: Final = "Reported beside the words asked for: {n}."
REPLY_COLUMNS: Final = ("Word", "Heard", "Score", "Latency")
NOT_HEARD: Final = "–"
OWN_SET: Final = "Open in Own test set"
OWN_SET_HELP: Final = "Measures any model on these recordings, on the Models page."
OWN_SET_NAME: Final = "words-of-your-room.zip"

# The threshold
NOTHING: Final = "Measure first: false alarms under “Leave it on”, misses under “Say these words”."
ONLY_ALARMS: Final = "Misses are not measured yet: say the words."
ONLY_MISSES: Final = "False alarms are not measured yet: leave it on."
UNLIKE: Final = (
    "Both tests were made with different models or settings. The curve mixes them: repeat one."
)
WANTED: Final = "False alarms per hour, at most"
POINT: Final = "**Threshold {threshold:g}**: {figures}."
POINT_ALARMS: Final = "{value} false alarms per hour here ({interval})"
POINT_MISSED: Final = "{value} of words missed ({interval})"
NOT_SURE: Final = (
    "The interval reaches past {wanted} an hour. To be sure without a single alarm would take "
    "{hours}."
)
NO_POINT: Final = "Even the highest threshold has more than {wanted} an hour here."
TAKE: Final = "Use threshold {threshold:g}"
CURVE: Final = "Misses of your voice against false alarms of your room at every threshold. {point}"

# What is left of it
ZIP: Final = "Sounds and tables as ZIP"
CSV: Final = "Curve as CSV"
JSON: Final = "All figures as JSON"
DELETE: Final = "Delete this test"
DELETE_HELP: Final = "Removes all sounds and figures of the test from the server's memory."
