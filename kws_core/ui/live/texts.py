"""Every text of the Live page."""

from __future__ import annotations

from typing import Final

# The sample
SAMPLE: Final = "**Play a sample**: no microphone needed."
SAMPLE_LABEL: Final = "Sample"
SAMPLE_WORDS: Final = "Words in it: {words}."
SAMPLE_EMPTY: Final = "It contains no words."
PLAY: Final = "Play the sample"
STOP: Final = "Stop the sample"
SOUND: Final = "Sound"

# The microphone
MICROPHONE: Final = "**Use your microphone**"
START: Final = "Start"
STOP_MICROPHONE: Final = "Stop"
SELECT_DEVICE: Final = "Select device"
INSECURE: Final = (
    "Browsers allow the microphone only at https:// or localhost. Open the app at such an address, "
    "or play a sample."
)
WITHOUT_MICROPHONE: Final = "play a sample"
NO_CONNECTION: Final = (
    "The connection to the microphone failed. Reload the page and try again, or play a sample."
)
NO_ICE_SERVERS: Final = "{error} No server is used until then."
CONNECTION_HELP: Final = """
- **Start does nothing, or stops again?** Open "Connection and server" at the end of the page, and
  choose the other way for the sound: WebRTC or WebSocket.
"""
WEBSOCKET: Final = {
    "asking": "Allow the microphone in the browser's question.",
    "connecting": "Connecting",
    "live": "Listening",
    "silent": "The microphone sends silence. Is it muted, or its device switched off?",
    "suspended": "The browser holds the microphone back. Press Stop, then Start. "
    "Firefox also needs a sound output, such as headphones or speakers.",
    "hidden": "Paused while this tab is in the background.",
    "reconnecting": "Connection lost. The page connects again by itself.",
    "unreachable": "The server does not answer. The page tries again by itself.",
    "missing": "{seconds} s of sound could not be sent.",
    "busy": "Another program uses the microphone. Close it there, and press Start again.",
    "unplugged": "The microphone was unplugged or switched off. Connect it, and press Start again.",
    "full": "Too many people are speaking on this server. Try again in a few minutes.",
    "left": "Stopped, because the page was left.",
    "broken": "The server refused the sound. Reload the page, and press Start again.",
    "failed": "The microphone could not be started. Reload the page, and press Start again.",
}

# The stream
IDLE: Final = "Play the sample, or start the microphone"
NO_WORD: Final = "No word yet"
PAUSED: Final = "Paused."
WORD_DETAIL: Final = "{score}, {latency} after the word"
NO_LOG_MEL: Final = "This model has no log-mel input to show."
EMPTY_STRIP: Final = "The model's input scrolls here, with the word scores below."
STRIP_LAST: Final = "Last words: {words}."
STRIP_NONE: Final = "No word yet."
STRIP: Final = "Log-mel and word scores of the last seconds, scrolling. {words}"
LEGEND: Final = {
    "threshold": "threshold",
    "word-score": "score of a word",
    "unknown": "score of 'unknown'",
    "found": "detected word",
}
FULL_SCREEN: Final = {"enter": "Full screen", "leave": "Leave full screen"}

# Actions
PAUSE: Final = "Pause"
RESUME: Final = "Resume"
LAST_SECONDS: Final = "Last {seconds:g} s in {page}"
LAST_SECONDS_HELP: Final = "Opens the last seconds as the current clip. Needs one second of sound."
LAST_SECONDS_NAME: Final = "Live, last {seconds:.0f} s"
SOUNDS_HELP: Final = (
    "Cuts the last seconds into single sounds, to teach them as words. Needs one second of sound."
)
NO_SOUNDS: Final = (
    "No sound stands out in the last seconds. Say the word with a pause before and after it, and "
    "try again."
)

# The words
BOARD: Final = "The words of this model"

# The log
LOG: Final = "**Log**"
LOG_EMPTY: Final = "Every detected word, with its time, score and latency."
LOG_COLUMNS: Final = ("Time", "Word", "Score", "Latency")
WRONG: Final = "Wrong: {word}, {time:.1f} s"
WRONG_HELP: Final = (
    "Keeps this sound as a counter-example, and learns your words again with it. Listening goes on."
)
LOG_CSV: Final = "Log as CSV"
CLEAR: Final = "Clear"
LATENCY_NOTE: Final = (
    "Latency: from the end of the word to its detection, including the delay of late sound."
)

# The game
GAME: Final = "**Game**: steer the ball by voice and collect the stars."
NEW_GAME: Final = "New game"
GAME_FIRST: Final = "Say up, down, left, right, stop or go."
GAME_LAST: Final = "Last word: {word}."
GAME_STATE: Final = "{said} {stars} in {steps} steps."
GAME_BOARD: Final = "Board of {columns} by {rows}: ball at {ball}, star at {star}"
GAME_UNHEARD: Final = ":material/info: Words switched off: {words}."

# The settings
SETTINGS: Final = "Detector settings"
MODEL: Final = "Model"
ASKING: Final = " asking "  # between the names of the models of a cascade
MODEL_HELP: Final = (
    "Two models: the first hears everything, and asks the second one where it may hear a word. "
    "Listening goes on with the other model. The log stays."
)
COMMANDS_HELP: Final = (
    "A command on its own has a short pause before and after it. Words inside sentences raise more "
    "false alarms, but are reported sooner."
)
THRESHOLD: Final = "Threshold"
THRESHOLD_HELP: Final = (
    "A word is reported when its score passes this. Higher: more misses, fewer false alarms."
)
SMOOTHING: Final = "Smoothing"
SMOOTHING_HELP: Final = "Averaging window for the scores. Longer is steadier but slower."
REFRACTORY: Final = "Refractory time"
REFRACTORY_HELP: Final = (
    "How long the detector ignores sound after a word. Longer prevents double reports but can miss "
    "the next word."
)
DEFAULTS: Final = "Back to the defaults"
WORDS: Final = "Words: {chosen} of {known}"
WORDS_LABEL: Final = "Words"
ALL_WORDS: Final = "All"
GAME_WORDS: Final = "Words of the game"

# The error curve
CONDITION: Final = "Noise"
CONDITION_HELP: Final = "Ratio of speech to noise in the measurement. 0 dB: equally loud."
POINT: Final = "**{condition}: {point}**"
IN_QUIET: Final = "In quiet"
IN_NOISE: Final = "In noise at {ratio}"
OTHER_SETTINGS: Final = "**Not measured with these settings** ({names}). The curve is for defaults."
NOT_MEASURED: Final = "**Not measured yet**"
MEASURE: Final = (
    "To measure misses and false alarms of `{model}`: "
    "`python -m kws_core evaluate-stream --model {model} --data DATA`."
)
CURVE: Final = "Misses against false alarms per hour at every threshold. {point}."
MEASURED_ON: Final = (
    "Misses: {words:,} words from speakers not used in training. False alarms: {hours:.1f} hours "
    "of {sound}."
)
ALARMS_IN_QUIET: Final = "False alarms were counted in quiet; over noise there are more."
OLD_WEIGHTS: Final = "Measured with an earlier version of the weights."

# Health
HEALTH: Final = "Connection and server"
HEALTH_COLUMNS: Final = ("Quantity", "Now", "Meaning")
HEALTH_NOTE: Final = (
    "Delays of the browser, the network and the jitter buffer are counted only as far as they "
    "exceed those of the fastest frame."
)
WAY: Final = "Connection"
WAY_CHOICE: Final = "Send the sound over"
WAYS: Final = {"auto": "Automatic", "webrtc": "WebRTC", "websocket": "WebSocket"}
WAY_HELP: Final = (
    "How the sound gets to the server. WebRTC has the shorter delay on a bad network, and does not "
    "get through every network. The WebSocket gets through wherever this page does. Automatic "
    "tries WebRTC first where it is likely to connect."
)
WAY_DETAILS: Final = {
    "off": ("–", "the microphone is off"),
    "webrtc": ("WebRTC", "a connection of its own"),
    "websocket": ("WebSocket", "through the address of the page"),
}
RECONNECTED: Final = ("Reconnected", "times in this run, after a lost connection")
UNSENT: Final = ("Sound not sent", "by the browser, while the connection was lost or too slow")
RECEIVED: Final = ("Frames received", "pieces of {milliseconds:.0f} ms of sound")
LOST: Final = ("Frames lost", "missing by their time stamps")
DROPPED: Final = ("Frames dropped", "left out because too many were waiting")
QUEUE: Final = ("Queue", "frames waiting for the detector")
INFERENCE: Final = ("Inference", "features and network, median")
LONGEST: Final = ("Longest inference", "of the last hundred")
DECISION: Final = ("Decision", "after the sound arrives, 95th percentile")
LATENCY: Final = ("Latency", "from the end of a word to its detection, median")
DELAY: Final = ("Delay", "of the sound, compared with the fastest frame")
FAULTS: Final = "Faults"
FAULT_KINDS: Final = ("gaps", "overruns", "changes of rate", "clock jumps")
