"""How soon a spoken word stands on the Live page, in a real Chromium, over both ways of the sound.

    python -m bench.live_page               a minute of each
    python -m bench.live_page --seconds 20

Chromium plays a few words, over and over, as its microphone. A script in the page notes when each
word's sound ends, and when another word stands in large letters: the time between is a person's
wait. The row "detector alone" is the same sound in a detector that waits for nothing: what is left
of a wait is the pause after a command, the hop and the resampler. Run it on a machine that does
nothing else: browser and server share its cores.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from bench.app import chromium, command_line, in_words, machine, served, settle
from kws_core.audio.read import read_audio
from kws_core.audio.waveform import SAMPLE_RATE, Samples, resample, to_wav
from kws_core.live.frames import BROWSER_RATE, FRAME_S
from kws_core.live.programmes import in_a_row
from kws_core.samples import get_sample
from kws_core.spotting import KeywordDetector
from kws_core.spotting.recognizer import Recognizer
from kws_core.ui.live import texts
from tests.helpers.browser import WAIT_MS, reason_to_skip

if TYPE_CHECKING:
    from playwright.sync_api import Page

WORDS = ("yes", "no", "up", "down")
PAUSE_S = 0.8
ROUNDS = 6  # of the words, for the detector alone
LOUD, QUIET_S = 0.01, 0.06  # a word has ended when it was not so loud for so long
LONGEST_S = 1.2  # between the end of a word and its place on the page; later, it belongs to none
# Runs beside the page's own use of the microphone: notes when 60 ms were quiet after some sound.
LISTEN = """
const source = `
class Ends extends AudioWorkletProcessor {
  quiet = 1e9;
  process([[samples]]) {
    const loud = samples?.some((value) => Math.abs(value) > 0.01);
    const before = this.quiet;
    this.quiet = loud ? 0 : before + 128 / sampleRate;
    if (before < 0.06 && this.quiet >= 0.06) this.port.postMessage(Date.now() - 60);
    return true;
  }
}
registerProcessor("ends", Ends);`;
const media = navigator.mediaDevices;
const open = media.getUserMedia.bind(media);
media.getUserMedia = async (wanted) => {
  const stream = await open(wanted);
  const context = new AudioContext();
  await context.audioWorklet.addModule(URL.createObjectURL(
    new Blob([source], { type: "text/javascript" })));
  const node = new AudioWorkletNode(context, "ends");
  window.top.ends ??= [];
  node.port.onmessage = ({ data }) => window.top.ends.push(data);
  context.createMediaStreamSource(stream.clone()).connect(node).connect(context.destination);
  return stream;
};
"""
WATCH = """(label) => {
  window.shown = [];
  let last = label.textContent;
  new MutationObserver(() => {
    const now = label.textContent;
    if (now !== last) window.shown.push(Date.now());
    last = now;
  }).observe(label, { childList: true, characterData: true, subtree: true });
}"""


def delays(page: Page, way: str, seconds: float) -> list[float]:
    """Listen for some seconds over "webrtc" or "websocket"; seconds that each word took."""
    page.get_by_text(texts.HEALTH, exact=True).click()
    page.get_by_role("radio", name=texts.WAYS[way]).click()
    settle(page)
    place = page.frame_locator("iframe") if way == "webrtc" else page.locator("div.microphone")
    place.get_by_role("button", name=texts.START).click()
    label = page.locator(".word .label")
    label.filter(has_text=WORDS[-1]).wait_for()
    label.evaluate(WATCH)
    page.wait_for_timeout(1000 * seconds)
    ends = np.array(page.evaluate("window.ends"))
    found = [(at - ends[ends < at].max()) / 1000 for at in page.evaluate("window.shown")]
    return [delay for delay in found if delay < LONGEST_S]


def alone(sound: Samples) -> list[float]:
    """Return the seconds from the end of each word to its decision, without any other delay."""
    rate, block = BROWSER_RATE, round(FRAME_S * BROWSER_RATE)
    torch.set_num_threads(1)
    one = resample(sound, SAMPLE_RATE, rate)
    loud = np.flatnonzero(np.abs(one) > LOUD)
    ends = np.append(loud[:-1][np.diff(loud) > QUIET_S * rate], loud[-1]) / rate
    period, found = len(one) / rate, []
    detector = KeywordDetector(Recognizer.load())
    played = np.tile(one, ROUNDS)
    for at in range(0, len(played) - block, block):
        now = (at + block) / rate
        for _ in detector.push(played[at : at + block], rate):
            found.append(((now - ends) % period).min())
    return [delay for delay in found if delay < LONGEST_S]


def row(way: str, found: list[float]) -> str:
    """Return a row of the Markdown table."""
    p50, p95 = np.percentile(found, [50, 95]) if found else (np.nan, np.nan)
    return f"| {way} | {len(found)} | {p50:.2f} s | {p95:.2f} s |"


def main() -> None:
    """Measure and print a Markdown table."""
    parser = command_line("live_page", __doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each way")
    options = parser.parse_args()
    if reason := reason_to_skip():
        parser.error(reason)
    clips = [read_audio(get_sample(word).path).samples for word in WORDS]
    sound = np.asarray(in_a_row(clips, PAUSE_S), np.float32)
    print(in_words(machine()), end="\n\n")
    print("| way | words | shown after, median | 95 % |\n|---|---|---|---|")
    print(row("detector alone", alone(sound)), flush=True)
    with tempfile.NamedTemporaryFile(suffix=".wav") as wav:
        Path(wav.name).write_bytes(to_wav(sound, SAMPLE_RATE))
        played = f"--use-file-for-fake-audio-capture={wav.name}"
        with served() as server, chromium(played) as browser:
            for way in ("webrtc", "websocket"):
                context = browser.new_context(permissions=["microphone"])
                context.set_default_timeout(WAIT_MS)
                context.add_init_script(LISTEN)
                page = context.new_page()
                page.goto(server.url + "/Live")
                settle(page)
                print(row(texts.WAYS[way], delays(page, way, options.seconds)), flush=True)
                context.close()


if __name__ == "__main__":
    main()
