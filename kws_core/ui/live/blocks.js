// In the browser's audio thread: makes blocks of 20 ms of what the microphone gives.
// Its sender is websocket.js; the server's side of both is kws_core/server/blocks.py.

const STALLED_MS = 1000; // between two calls: the device or the computer was asleep

class Blocks extends AudioWorkletProcessor {
  constructor() {
    super();
    this.values = new Int16Array(Math.round(sampleRate * 0.02));
    this.filled = 0;
    this.number = 0;
    this.asleep = 0; // seconds that this thread's own clock has missed
    this.called = Date.now();
  }

  process(inputs) {
    const now = Date.now();
    if (now - this.called > STALLED_MS) {
      this.asleep += (now - this.called) / 1000;
      this.filled = 0;
    }
    this.called = now;
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

  post(end) {
    this.port.postMessage({
      number: this.number++,
      rate: sampleRate,
      time: (end - this.values.length) / sampleRate + this.asleep,
      values: this.values.slice(),
      silent: this.values.every((value) => value === 0),
    });
    this.filled = 0;
  }
}

registerProcessor("kws-blocks", Blocks);
