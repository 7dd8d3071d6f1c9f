// The microphone that goes to the server over a WebSocket. `sources` are the texts of blocks.js and
// sender.js, and `problem` comes from microphone_check.js: both are put before this file.

const ACKNOWLEDGED_MS = 5000; // without a word of the server, the connection counts as lost
const TOKEN_MS = 4000; // without a token, another one is asked for
const RETRY_MS = 500;
const RUNNING_MS = 2000; // without sound from the device, the browser counts as holding it back
const SILENT_BLOCKS = 250; // 5 s of nothing but zeros: more than a headset's gate makes
const ASLEEP = 4408; // the server closes on long silence, and takes sound again when there is some
const FATAL = { 4400: "broken", 4410: "left", 4413: "broken", 4429: "broken", 4503: "full" };

const microphones = new WeakMap(); // from the element that Streamlit mounts the component in

export default function mount({ data, parentElement, setStateValue }) {
  let microphone = microphones.get(parentElement);
  if (!microphone) {
    microphone = new Microphone(parentElement);
    microphones.set(parentElement, microphone);
  }
  microphone.update(data, (asked) => setStateValue("asked", asked));
  return () => {
    microphones.delete(parentElement);
    microphone.close();
  };
}

class Microphone {
  constructor(root) {
    this.button = root.querySelector("button");
    this.status = root.querySelector(".status");
    this.alert = root.querySelector(".alert");
    this.devices = root.querySelector("select");
    this.asked = 0; // number of the connection that is wanted; 0 while off
    this.started = 0; // number of the last start that the page asked for
    this.trouble = null; // name of the text of a problem
    this.listeners = new AbortController();
    const options = { signal: this.listeners.signal };
    this.button.addEventListener("click", () => (this.on ? this.stop() : this.start()), options);
    this.devices.addEventListener("change", () => this.restart(), options);
    document.addEventListener("visibilitychange", () => this.wake(), options);
    navigator.mediaDevices?.addEventListener("devicechange", () => this.check(), options);
    this.timer = setInterval(() => this.watch(), 500);
    this.check();
  }

  get on() {
    return Boolean(this.starting) || this.stream !== undefined;
  }

  update(data, ask) {
    this.data = data;
    this.ask = ask;
    if (data.start && data.start !== this.started) {
      this.started = data.start;
      if (!this.on) this.start();
    }
    if (this.on && data.token && data.number === this.asked && !this.socket) {
      this.connect(data.token);
    }
    this.show();
  }

  // Says before the first click why there can be no microphone.
  async check() {
    const found = await problem();
    if (!this.on && (found || this.trouble === "denied" || this.trouble === "absent")) {
      this.trouble = found;
      this.show();
    }
  }

  async start() {
    const start = (this.starting = {}); // another one, or none, once it was stopped
    this.trouble = null;
    this.show();
    const wanted = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    if (this.devices.value) wanted.deviceId = { exact: this.devices.value };
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: wanted });
      if (this.starting !== start) return stream.getTracks().forEach((track) => track.stop());
      this.stream = stream;
      this.context = new AudioContext(); // at the rate of the device: some refuse any other
      this.opened = performance.now();
      this.show();
      const url = addressOf(sources.blocks);
      await this.context.audioWorklet.addModule(url);
      URL.revokeObjectURL(url);
      if (this.starting !== start) return;
      const node = new AudioWorkletNode(this.context, "kws-blocks");
      this.startSender(node);
      this.context.createMediaStreamSource(stream).connect(node);
      node.connect(this.context.destination); // silent; some browsers run nothing unconnected
      this.context.onstatechange = () => this.show();
      stream.getAudioTracks()[0].onended = () => this.stop("unplugged");
      await this.context.resume(); // for as long as the browser holds it back
    } catch (error) {
      if (this.starting !== start) return;
      const names = { NotAllowedError: "denied", NotFoundError: "absent", NotReadableError: "busy" };
      return this.stop(names[error.name] ?? "failed");
    }
    if (this.starting !== start) return;
    this.starting = null;
    this.silent = this.unsent = this.failures = 0;
    this.connected = false;
    this.renew();
    this.listDevices();
  }

  // From here on, blocks go from the audio thread to the sender's, past this one.
  startSender(node) {
    this.sender = new Worker(addressOf(sources.sender));
    this.sender.onmessage = ({ data }) => this.hear(data);
    const { port1, port2 } = new MessageChannel();
    const run = crypto.getRandomValues(new Uint32Array(1))[0];
    this.sender.postMessage({ blocks: port1, run }, [port1]);
    node.port.postMessage({ sender: port2 }, [port2]);
  }

  stop(trouble = null) {
    this.starting = null;
    this.disconnect();
    this.sender?.terminate();
    this.sender = undefined;
    this.stream?.getTracks().forEach((track) => {
      track.onended = null;
      track.stop();
    });
    this.context?.close().catch(() => {});
    this.stream = this.context = undefined;
    this.trouble = trouble;
    if (this.asked) this.ask?.(0);
    this.asked = 0;
    this.show();
  }

  restart() {
    if (!this.on) return;
    this.stop();
    this.start();
  }

  close() {
    this.ask = null; // the page is gone
    clearInterval(this.timer);
    this.listeners.abort();
    this.stop();
  }

  // Asks the page for a token: it comes with `update`.
  renew() {
    this.asked = Math.max(Date.now(), this.asked + 1);
    this.askedAt = performance.now();
    this.asleep = false;
    this.ask(this.asked);
    this.show();
  }

  connect(token) {
    this.socket = { number: this.asked, open: false };
    this.heard = performance.now();
    const protocols = [this.data.protocol, token];
    this.sender.postMessage({ open: this.asked, address: this.address(), protocols });
  }

  // What the sender says: of its connection, or how the sending goes.
  hear({ number, opened, message, closed, code, silent, unsent }) {
    if (number === undefined) {
      [this.silent, this.unsent] = [silent, unsent];
      if (this.asleep && !silent) this.renew();
    }
    if (number === undefined || number !== this.socket?.number) return;
    if (opened) {
      this.failures = 0;
      this.connected = this.socket.open = true;
      this.show();
    } else if (closed) this.lose(code);
    else {
      this.heard = performance.now();
      const { word } = JSON.parse(message);
      if (word) window.dispatchEvent(new CustomEvent("kws-word", { detail: word })); // to strip.js
    }
  }

  // The page may lie below a path of its own, also one that only a proxy knows.
  address() {
    const { origin, pathname } = window.location;
    const below = pathname.replace(new RegExp(`${this.data.page}/?$`), "");
    const path = `${below.replace(/\/?$/, "/")}${this.data.path}`;
    return origin.replace(/^http/, "ws") + path;
  }

  disconnect() {
    this.socket = null;
    this.sender?.postMessage({ close: true });
    clearTimeout(this.retry);
  }

  lose(code) {
    this.disconnect();
    if (!this.on) return;
    if (FATAL[code]) return this.stop(FATAL[code]);
    this.asleep = code === ASLEEP;
    if (!this.asleep) {
      this.failures += 1;
      this.retry = setTimeout(() => this.renew(), RETRY_MS * Math.min(this.failures, 6));
      this.askedAt = performance.now() + RETRY_MS * Math.min(this.failures, 6);
    }
    this.show();
  }

  watch() {
    if (!this.on) return;
    if (this.starting) return this.show();
    const now = performance.now();
    if (this.socket && now - this.heard > ACKNOWLEDGED_MS) this.lose(0);
    else if (!this.socket && !this.asleep && now - this.askedAt > TOKEN_MS) this.renew();
    this.show();
  }

  wake() {
    if (document.visibilityState === "visible" && this.context) this.context.resume();
    this.show();
  }

  async listDevices() {
    const all = await navigator.mediaDevices.enumerateDevices();
    const inputs = all.filter((one) => one.kind === "audioinput" && one.deviceId);
    const used = this.stream?.getAudioTracks()[0].getSettings().deviceId;
    const options = inputs.map((one) => new Option(one.label, one.deviceId, false, one.deviceId === used));
    this.devices.replaceChildren(...options);
    this.devices.hidden = inputs.length < 2;
  }

  state() {
    if (!this.stream) return this.starting ? "asking" : "off";
    if (this.starting && performance.now() - this.opened < RUNNING_MS) return "connecting";
    if (this.context.state !== "running") return document.hidden ? "hidden" : "suspended";
    if (this.asleep || this.silent >= SILENT_BLOCKS) return "silent";
    if (this.socket?.open) return "live";
    return this.connected ? "reconnecting" : this.failures > 2 ? "unreachable" : "connecting";
  }

  show() {
    if (!this.data) return;
    const { texts } = this.data;
    const state = this.state();
    const name = this.on ? texts.stop : texts.start;
    const missing = this.unsent >= 1 ? texts.missing.replace("{seconds}", this.unsent.toFixed(0)) : "";
    const told = [texts[state] ?? "", this.on && !this.starting ? missing : ""].join(" ").trim();
    const alert = this.trouble ? (texts[this.trouble] ?? texts.failed) : "";
    if (this.button.textContent !== name) this.button.textContent = name;
    if (this.status.textContent !== told) this.status.textContent = told;
    if (this.alert.textContent !== alert) this.alert.textContent = alert;
    this.button.classList.toggle("on", this.on);
    this.status.dataset.state = state;
    this.status.hidden = !told;
    this.alert.hidden = !alert;
    this.devices.setAttribute("aria-label", texts.device);
  }
}

function addressOf(source) {
  return URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
}
