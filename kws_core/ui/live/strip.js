// The last seconds of a stream, scrolling: log-mel above, scores below, on one time axis.
//
// The server sends small pieces a few times a second. They are kept here, by their time, so that
// pieces that overlap do no harm, and drawn at the pace of the screen, a moment behind the newest
// one: so the picture moves evenly however unevenly the pieces come.

const SECONDS = 10; // that are seen at once
const BEHIND = 0.35; // seconds between the newest piece and the right edge
const COLUMNS = 2048; // of log-mel that are kept
const GUTTER = 46; // pixels to the left, for the scales
const RIGHT = 10;
const AXIS = 22; // pixels below, for the seconds
const GAP = 10; // pixels between the panels
const MEL_SHARE = 0.58;
const NAMED_FROM = 0.25; // a word whose score got so high is named and coloured
const FRAME_MS = 30; // between pictures: smooth, and half the work of every frame of the screen
const HELD_MS = 1000; // a word that came at once stays for so long, whatever the page says
const FRESH_S = 1.2; // for so long a new word is in colour
const LEVELS = [-70, 0]; // dB of full scale at the ends of the meter
const COLOURS = ["#d9822b", "#2f9e8f", "#8e6bd8", "#d1497f", "#3d8fd1", "#8a9a1f"];

let wasLive = false; // kept here: when something begins, the page may mount a new strip
const strips = new WeakMap(); // from the element that Streamlit mounts the component in

export default function mount({ data, parentElement }) {
  const root = parentElement.querySelector(".live");
  let strip = strips.get(parentElement);
  if (strip?.root !== root) {
    strip?.destroy();
    strip = new Strip(root);
    strips.set(parentElement, strip);
  }
  strip.update(data);
  const call = ++strip.calls;
  return () => {
    if (call !== strip.calls) return; // a later call goes on with it
    strip.destroy();
    strips.delete(parentElement);
  };
}

class Strip {
  calls = 0;
  now = 0; // the second of the stream that the newest piece reached
  offset = null; // from this computer's clock to the stream's
  scores = new Map(); // from a window's end, in ms, to its scores
  shownWord = 0;
  heldUntil = 0;
  colourOf = new Map(); // from a label to its colour, given when it is first named

  constructor(root) {
    this.root = root;
    for (const part of ["word", "label", "score", "meter", "bar", "trouble", "advice", "db"]) {
      this[part] = root.querySelector(`.${part}`);
    }
    this.canvas = root.querySelector("canvas");
    this.full = root.querySelector(".full");
    this.full.hidden = !document.fullscreenEnabled;
    this.full.addEventListener("click", () => this.toggleFull());
    root.addEventListener("fullscreenchange", () => this.sayFull());
    this.sooner = ({ detail }) => this.sayAtOnce(detail);
    window.addEventListener("kws-word", this.sooner);
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.sized = new ResizeObserver(() => this.drawSoon());
    this.sized.observe(this.canvas);
  }

  update(data) {
    if (data.picture !== this.data?.picture) this.forget(data);
    this.data = data;
    if (data.live && !wasLive) this.showAll();
    wasLive = data.live;
    const time = performance.now() / 1000;
    const offset = data.strip.now - time;
    // Pieces come late, never early: the clock follows the earliest, and otherwise slowly.
    const moved = this.offset === null || Math.abs(offset - this.offset) > 1;
    this.offset = moved ? offset : Math.max(offset, this.offset + 0.05 * (offset - this.offset));
    this.now = data.strip.now;
    this.keepMel(data.strip);
    this.keepScores(data.strip);
    // What was computed before a word came at once does not have it yet.
    const isOld = (data.word?.number ?? 0) < this.shownWord && performance.now() < this.heldUntil;
    if (!isOld) this.sayWord(data.word);
    this.sayLevel(data.level, data.trouble);
    this.canvas.setAttribute("aria-label", data.summary);
    for (const [name, text] of Object.entries(data.legend)) {
      setText(this.root.querySelector(`.legend .${name}`), text);
    }
    this.sayFull();
    this.drawSoon();
  }

  forget(data) {
    this.scores.clear();
    this.mel = null;
    this.offset = null;
    this.heldUntil = 0;
    this.shownWord = data.word?.number ?? 0;
  }

  // On a phone, what was pressed to begin fills the screen: then the page moves on to the strip.
  showAll() {
    this.root.scrollIntoView({ block: "nearest", behavior: this.calm.matches ? "auto" : "smooth" });
  }

  // Full screen: the word and the strip alone, for a classroom

  get isFull() {
    return this.root.getRootNode().fullscreenElement === this.root;
  }

  toggleFull() {
    if (this.isFull) document.exitFullscreen();
    else this.root.requestFullscreen().catch(() => {});
  }

  sayFull() {
    setText(this.full, this.isFull ? this.data.full.leave : this.data.full.enter);
  }

  // What came

  keepMel({ melTime, mel, bands }) {
    if (!melTime.length) return;
    if (this.mel?.height !== bands) {
      this.mel = new OffscreenCanvas(COLUMNS, bands);
      this.melTimes = new Float64Array(COLUMNS).fill(-1);
    }
    const context = this.mel.getContext("2d");
    const levels = bytesOf(mel);
    const colours = this.palette();
    // Each column has its place by its time; consecutive ones are painted together.
    for (let first = 0; first < melTime.length; ) {
      const place = placeOf(melTime[first]);
      let n = 1;
      while (first + n < melTime.length && place + n < COLUMNS) {
        if (placeOf(melTime[first + n]) !== place + n) break;
        n += 1;
      }
      const image = context.createImageData(n, bands);
      const pixels = new Uint32Array(image.data.buffer);
      for (let i = 0; i < n; i += 1) {
        this.melTimes[place + i] = melTime[first + i];
        for (let band = 0; band < bands; band += 1) {
          pixels[(bands - 1 - band) * n + i] = colours[levels[(first + i) * bands + band]];
        }
      }
      context.putImageData(image, place, 0);
      first += n;
    }
  }

  keepScores({ scoresTime, scores }) {
    const n = this.data.labels.length;
    const levels = bytesOf(scores);
    scoresTime.forEach((time, i) => this.scores.set(time, levels.subarray(i * n, (i + 1) * n)));
    const oldest = 1000 * (this.now - SECONDS - 2);
    for (const time of this.scores.keys()) if (time < oldest) this.scores.delete(time);
  }

  palette() {
    // Of the theme, which is even to the eye: the same as in all other pictures of the app.
    if (this.colours) return this.colours;
    const named = getComputedStyle(this.root).getPropertyValue("--st-chart-sequential-colors");
    const stops = (named.match(/#[0-9a-f]{6}/gi) ?? ["#000000", "#ffffff"]).map(rgbOf);
    this.colours = new Uint32Array(256).map((_, level) => {
      const at = (level / 255) * (stops.length - 1);
      const left = Math.min(Math.floor(at), stops.length - 2);
      const [r, g, b] = stops[left].map((x, i) => x + (at - left) * (stops[left + 1][i] - x));
      return 0xff000000 | (b << 16) | (g << 8) | r;
    });
    return this.colours;
  }

  // A word that the microphone's own connection brought, before the page has it.
  sayAtOnce({ number, label }) {
    if (number <= this.shownWord) return;
    this.heldUntil = performance.now() + HELD_MS;
    this.sayWord({ number, label, detail: "" });
  }

  sayWord(word) {
    const number = word?.number ?? 0;
    if (number > this.shownWord) {
      this.label.classList.add("fresh");
      clearTimeout(this.fading);
      this.fading = setTimeout(() => this.label.classList.remove("fresh"), 1000 * FRESH_S);
    }
    this.shownWord = number;
    this.label.classList.toggle("none", !word);
    setText(this.label, word ? word.label : this.data.empty);
    setText(this.score, word ? word.detail : "");
  }

  sayLevel({ db, advice, warns }, trouble) {
    const share = (db - LEVELS[0]) / (LEVELS[1] - LEVELS[0]);
    this.bar.style.transform = `scaleX(${Math.min(Math.max(share, 0), 1)})`;
    this.meter.classList.toggle("warns", warns);
    setText(this.trouble, trouble);
    setText(this.advice, trouble ? "" : advice);
    setText(this.db, this.data.live ? `${Math.round(db).toString().replace("-", "−")} dBFS` : "");
  }

  // Drawing

  colour(label) {
    const { colourOf } = this;
    if (!colourOf.has(label)) colourOf.set(label, COLOURS[colourOf.size % COLOURS.length]);
    return colourOf.get(label);
  }

  drawSoon() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  tick() {
    if (performance.now() - this.drawnAt >= FRAME_MS) this.draw();
    else this.frame = requestAnimationFrame(() => this.tick());
  }

  get rightEdge() {
    if (!this.data.live || this.calm.matches) return this.now;
    return Math.min(performance.now() / 1000 + this.offset - BEHIND, this.now);
  }

  draw() {
    const ratio = window.devicePixelRatio || 1;
    const width = this.canvas.clientWidth;
    const height = this.canvas.clientHeight;
    if (!width || !height) return;
    if (this.canvas.width !== Math.round(width * ratio)) {
      this.canvas.width = Math.round(width * ratio);
    }
    if (this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.height = Math.round(height * ratio);
    }
    const context = this.canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const style = getComputedStyle(this.root);
    this.ink = style.color;
    context.font = `12px ${style.fontFamily}`;
    const end = Math.max(this.rightEdge, SECONDS);
    const area = { left: GUTTER, width: width - GUTTER - RIGHT, end, start: end - SECONDS };
    area.x = (time) => area.left + ((time - area.start) / SECONDS) * area.width;
    const inner = height - AXIS - GAP;
    const mel = { top: 0, height: Math.round(inner * MEL_SHARE) };
    const scores = { top: mel.height + GAP, height: inner - mel.height };
    this.drawMel(context, area, mel);
    this.drawScores(context, area, scores);
    this.drawWords(context, area, mel);
    this.drawScales(context, area, mel, scores, height);
    this.drawnAt = performance.now();
    if (this.rightEdge < this.now) this.frame = requestAnimationFrame(() => this.tick());
  }

  clip(context, area, panel, paint) {
    context.save();
    context.beginPath();
    context.rect(area.left, panel.top, area.width, panel.height);
    context.clip();
    paint();
    context.restore();
  }

  drawMel(context, area, panel) {
    context.fillStyle = faint(this.ink, 0.06);
    context.fillRect(area.left, panel.top, area.width, panel.height);
    if (!this.mel) {
      this.note(context, area, panel, this.data.noMel);
      return;
    }
    const first = Math.ceil(1000 * area.start - 20);
    const last = Math.floor(1000 * this.now);
    this.clip(context, area, panel, () => {
      // Runs of columns that are there, each drawn in one go.
      for (let time = first - (first % 10); time <= last; ) {
        const place = placeOf(time);
        const centre = this.melTimes[place];
        if (Math.abs(centre - time) > 10) {
          time += 10;
          continue;
        }
        let n = 1;
        while (place + n < COLUMNS && Math.abs(this.melTimes[place + n] - centre - 10 * n) < 6) {
          n += 1;
        }
        const x = area.x((centre - 5) / 1000);
        const wide = ((n * 0.01) / SECONDS) * area.width;
        context.drawImage(
          this.mel, place, 0, n, this.mel.height, x, panel.top, wide + 0.5, panel.height,
        );
        time += 10 * n;
      }
    });
  }

  drawScores(context, area, panel) {
    context.fillStyle = faint(this.ink, 0.06);
    context.fillRect(area.left, panel.top, area.width, panel.height);
    const y = (share) => panel.top + panel.height * (1 - share);
    const times = [...this.scores.keys()].sort((a, b) => a - b);
    const seen = times.filter((time) => time >= 1000 * area.start - 200);
    this.clip(context, area, panel, () => {
      context.strokeStyle = this.ink;
      context.lineWidth = 1;
      context.setLineDash([6, 4]);
      context.beginPath();
      context.moveTo(area.left, y(this.data.threshold));
      context.lineTo(area.left + area.width, y(this.data.threshold));
      context.stroke();
      context.setLineDash([]);
      this.data.labels.forEach((label, column) => {
        if (label === "_silence_") return;
        let peak = 0;
        let peakTime = 0;
        context.beginPath();
        let before = -Infinity;
        for (const time of seen) {
          const share = this.scores.get(time)[column] / 255;
          if (share > peak) [peak, peakTime] = [share, time];
          const [px, py] = [area.x(time / 1000), y(share)];
          if (time - before > 300) context.moveTo(px, py);
          else context.lineTo(px, py);
          before = time;
        }
        if (peak < 0.02) return;
        const named = peak >= NAMED_FROM && label !== "_unknown_";
        context.strokeStyle = named ? this.colour(label) : faint(this.ink, 0.35);
        context.lineWidth = named ? 2 : 1;
        context.setLineDash(label === "_unknown_" ? [2, 3] : []);
        context.stroke();
        context.setLineDash([]);
        if (named && area.x(peakTime / 1000) > area.left + 8) {
          this.pill(context, label, area.x(peakTime / 1000), y(peak) + 12, this.colour(label));
        }
      });
    });
    this.thresholdY = y(this.data.threshold);
  }

  drawWords(context, area, panel) {
    this.clip(context, area, panel, () => {
      for (const word of this.data.words) {
        if (word.time > area.end) continue; // heard, but its sound is not on the screen yet
        const [left, right] = [area.x(word.start), area.x(word.end)];
        if (right < area.left) continue;
        context.strokeStyle = "#ffffff";
        context.lineWidth = 1.5;
        context.strokeRect(left, panel.top + 24, right - left, panel.height - 26);
        this.pill(context, word.label, (left + right) / 2, panel.top + 12, "#0b5f59");
      }
    });
  }

  drawScales(context, area, mel, scores, height) {
    context.fillStyle = this.ink;
    context.textBaseline = "middle";
    context.textAlign = "right";
    const left = area.left - 6;
    for (const [share, name] of this.data.bands) {
      context.fillText(name, left, clamp(mel.top + mel.height * (1 - share), 7, mel.height - 6));
    }
    const bottom = scores.top + scores.height;
    // The threshold is what one looks for: an end of the scale gives way to it.
    const threshold = clamp(this.thresholdY, scores.top + 6, bottom - 6);
    context.fillText(String(this.data.threshold), left, threshold);
    if (threshold < bottom - 20) context.fillText("0", left, bottom - 6);
    if (threshold > scores.top + 20) context.fillText("1", left, scores.top + 6);
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    const every = area.width < 420 ? 2 : 1;
    for (let second = Math.ceil(area.start); second <= area.end; second += 1) {
      if (second % every || second < 0) continue;
      const x = area.x(second);
      context.fillStyle = faint(this.ink, 0.5);
      context.fillRect(x - 0.5, bottom, 1, 4);
      context.fillStyle = this.ink;
      if (x > area.left + 8 && x < area.left + area.width - 8) {
        context.fillText(`${second} s`, x, height - 4);
      }
    }
  }

  note(context, area, panel, text) {
    context.fillStyle = this.ink;
    context.textAlign = "center";
    context.textBaseline = "middle";
    wrapped(context, text, area.width - 20).forEach((line, i, lines) => {
      const y = panel.top + panel.height / 2 + 18 * (i - (lines.length - 1) / 2);
      context.fillText(line, area.left + area.width / 2, y);
    });
  }

  pill(context, text, x, y, colour) {
    const width = context.measureText(text).width + 10;
    context.fillStyle = colour;
    context.beginPath();
    context.roundRect(x - width / 2, y - 9, width, 18, 4);
    context.fill();
    context.fillStyle = "#ffffff";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(text, x, y + 0.5);
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.fading);
    window.removeEventListener("kws-word", this.sooner);
    this.sized.disconnect();
  }
}

function placeOf(milliseconds) {
  return Math.floor(milliseconds / 10) % COLUMNS;
}

function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function rgbOf(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

function faint(colour, share) {
  return `color-mix(in srgb, ${colour} ${100 * share}%, transparent)`;
}

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

function wrapped(context, text, width) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (context.measureText(longer).width <= width || !lines.at(-1)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
