// In the browser's audio thread: makes blocks of 20 ms of what the microphone gives.
// They go to sender.js; the server's side of both is kws_core/server/blocks.py.

const LOST_S = 1; // by which the device may fall behind before that counts as sound that is missing
const WINDOW_MS = 2000; // calls come in bursts: only what all of them are late by is lost

class Blocks extends AudioWorkletProcessor {
  constructor() {
    super();
    this.values = new Int16Array(Math.round(sampleRate * 0.02));
    this.filled = 0;
    this.number = 0;
    this.lost = 0; // seconds that the device did not record: it stalled, or the computer slept
    this.origin = Infinity; // second of the clock at which the device would have begun
    this.least = Infinity; // of what the calls of this window are behind the clock, in seconds
    this.windowEnd = Date.now() + WINDOW_MS;
    this.port.onmessage = ({ data }) => (this.sender = data.sender);
  }

  process(inputs) {
    this.compareClocks(Date.now());
    const channels = inputs[0];
    const length = channels[0]?.length ?? 128; // nothing comes from a device that is gone
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (const channel of channels) sum += channel[i];
      const value = channels.length ? sum / channels.length : 0;
      this.values[this.filled++] = Math.max(-32768, Math.min(32767, Math.round(value * 32768)));
      if (this.filled === this.values.length) this.post(currentFrame + i + 1);
    }
    return true;
  }

  compareClocks(now) {
    const begun = now / 1000 - currentFrame / sampleRate - this.lost;
    this.origin = Math.min(this.origin, begun);
    this.least = Math.min(this.least, begun - this.origin);
    if (now < this.windowEnd) return;
    if (this.least > LOST_S) {
      this.lost += this.least;
      this.filled = 0;
    }
    this.least = Infinity;
    this.windowEnd = now + WINDOW_MS;
  }

  post(end) {
    this.sender?.postMessage({
      number: this.number++,
      rate: sampleRate,
      time: (end - this.values.length) / sampleRate + this.lost,
      values: this.values.slice(),
      silent: this.values.every((value) => value === 0),
    });
    this.filled = 0;
  }
}

registerProcessor("kws-blocks", Blocks);
