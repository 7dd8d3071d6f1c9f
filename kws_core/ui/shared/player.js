// A player whose cursor runs over Plotly charts elsewhere on the page, which zoom together.
//
// Streamlit calls the default function anew whenever the data or the theme changes, and puts
// another chart in place of one whose figure changed; so a player is kept per place on the page,
// charts are looked up each time they are needed, and what was zoomed into is zoomed into again.

const STARTED = "kws-player-started"; // on document; only one player plays at a time
const PLAY = "kws-player-play"; // on document: asks the player of a key to play a part
const CLICK_SLOP = 6; // pixels: a press that moves further is Plotly's drag to zoom
const CALM_INTERVAL = 250; // ms between cursor steps where people prefer reduced motion
const players = new WeakMap(); // from the element that Streamlit mounts a component in

export default function mount({ data, parentElement }) {
  const root = parentElement.querySelector(".player");
  let player = players.get(parentElement);
  if (player?.root !== root) {
    player?.destroy();
    player = new Player(root);
    players.set(parentElement, player);
  }
  player.update(data);
  const call = ++player.calls;
  return () => {
    // Streamlit also cleans up after a call that a later one has overtaken.
    if (call !== player.calls) return;
    player.destroy();
    players.delete(parentElement);
  };
}

class Player {
  calls = 0;
  duration = 0;
  charts = [];
  word = null; // start and end of a part that is played once

  constructor(root) {
    this.root = root;
    for (const part of ["play", "seek", "time", "save", "loop"]) {
      this[`${part}Part`] = root.querySelector(`.${part}`);
    }
    this.audio = root.querySelector("audio");
    this.repeat = this.loopPart.querySelector("input");
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.ending = new AbortController();
    this.listen();
    this.watcher = new MutationObserver(() => this.drawSoon());
    this.watcher.observe(document.body, { childList: true, subtree: true });
  }

  listen() {
    const on = (target, type, react, options = {}) =>
      target.addEventListener(type, react, { signal: this.ending.signal, ...options });
    on(this.playPart, "click", () => this.toggle());
    on(this.seekPart, "input", () => this.seek(Number(this.seekPart.value)));
    on(this.seekPart, "keydown", (event) => this.onKey(event));
    on(this.audio, "play", () => this.onPlay());
    for (const type of ["pause", "ended", "seeked", "loadedmetadata"]) {
      on(this.audio, type, () => this.draw());
    }
    on(this.audio, "timeupdate", () => this.stayInside());
    on(this.audio, "ended", () => this.repeat.checked && this.toggle());
    on(this.audio, "error", () => this.onError());
    on(document, PLAY, ({ detail }) => detail.player === this.key && this.playOnce(detail));
    on(document, STARTED, (event) => event.detail !== this && this.audio.pause());
    // Streamlit's own players; ours are in shadow trees, from which no "play" gets here.
    on(document, "play", () => this.audio.pause(), { capture: true });
    // Captured at the window, because Plotly covers the page while a button is down.
    on(window, "pointerdown", (event) => this.onPress(event), { capture: true });
    on(window, "pointerup", (event) => this.onRelease(event), { capture: true });
    on(window, "pointercancel", () => (this.press = null), { capture: true });
    on(window, "resize", () => this.drawSoon());
  }

  update({ key, wav, duration, figures, loop, label, file }) {
    this.key = key;
    this.duration = duration;
    this.loopPart.hidden = !loop;
    if (figures.join() !== this.charts.map((chart) => chart.figure).join()) {
      this.charts.forEach((chart) => chart.destroy());
      this.charts = figures.map((figure) => new Chart(figure, this));
    }
    this.label = label;
    this.savePart.download = file;
    this.savePart.setAttribute("aria-label", `Download ${label} as WAV`);
    this.seekPart.max = duration;
    this.seekPart.setAttribute("aria-label", `Position in ${label}`);
    this.root.setAttribute("aria-label", `Player for ${label}`);
    if (wav !== this.wav) this.load(wav);
    this.draw();
  }

  load(wav) {
    this.wav = wav;
    this.audio.pause();
    if (this.url) URL.revokeObjectURL(this.url);
    const bytes = Uint8Array.from(atob(wav), (letter) => letter.charCodeAt(0));
    this.url = URL.createObjectURL(new Blob([bytes], { type: "audio/wav" }));
    this.audio.src = this.url; // which takes the position back to 0
    this.savePart.href = this.url;
    this.playPart.disabled = false;
  }

  get position() {
    return this.audio.ended ? this.duration : Math.min(this.audio.currentTime, this.duration);
  }

  // What is played: the part that the charts are zoomed to.
  get part() {
    if (this.word) return this.word;
    const zoomed = !this.loopPart.hidden && this.charts[0]?.plot?._fullLayout?.xaxis?.range;
    const [from, to] = zoomed || [0, this.duration];
    const [start, end] = [Math.max(from, 0), Math.min(to, this.duration)];
    return end - start > 0.01 ? [start, end] : [0, this.duration];
  }

  stayInside() {
    const [start, end] = this.part;
    if (this.audio.paused || this.audio.currentTime < end || end >= this.duration) return;
    const again = this.repeat.checked && !this.word;
    if (!again) this.audio.pause();
    this.audio.currentTime = again ? start : end; // a busy page sees the end too late
  }

  toggle() {
    if (!this.audio.paused) return this.audio.pause();
    this.word = null;
    const [start, end] = this.part;
    if (this.position < start || this.position >= end - 0.001) this.audio.currentTime = start;
    this.audio.play().catch(() => this.draw()); // such as when another clip comes meanwhile
  }

  playOnce({ start, end }) {
    this.seek(start);
    this.word = [start, end];
    this.audio.play().catch(() => this.draw());
  }

  seek(time) {
    this.word = null;
    this.audio.currentTime = Math.min(Math.max(time, 0), this.duration);
    this.draw();
  }

  onPlay() {
    document.dispatchEvent(new CustomEvent(STARTED, { detail: this }));
    for (const other of document.querySelectorAll("audio, video")) other.pause();
    this.draw();
  }

  onError() {
    this.playPart.disabled = true;
    this.timePart.textContent = "This browser can't play the clip.";
  }

  onKey(event) {
    const step = this.duration <= 10 ? 0.05 : 0.5;
    const move = {
      ArrowRight: step,
      ArrowUp: step,
      ArrowLeft: -step,
      ArrowDown: -step,
      PageUp: 10 * step,
      PageDown: -10 * step,
    }[event.key];
    if (move === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.seek(this.position + move);
  }

  // The charts

  chartAt(event) {
    const area = event.target instanceof Element && event.target.closest(".nsewdrag");
    return area ? this.charts.find((chart) => chart.plot?.contains(area)) : undefined;
  }

  onPress(event) {
    const chart = event.isPrimary && event.button === 0 && this.chartAt(event);
    this.press = chart ? { chart, x: event.clientX, y: event.clientY } : null;
  }

  onRelease(event) {
    const press = this.press;
    this.press = null;
    const plot = press?.chart.plot;
    if (!plot) return;
    if (Math.hypot(event.clientX - press.x, event.clientY - press.y) >= CLICK_SLOP) return;
    const { xaxis, width } = plot._fullLayout;
    const box = holderOf(plot).getBoundingClientRect();
    const x = ((press.x - box.left) * width) / box.width - xaxis._offset;
    const [from, to] = xaxis.range;
    this.seek(from + (x / xaxis._length) * (to - from));
  }

  zoomTo({ uirevision, xaxis }) {
    this.zoom = { uirevision, range: [...xaxis.range] };
    this.charts.forEach((chart) => chart.zoomAgain());
  }

  // Drawing

  draw() {
    cancelAnimationFrame(this.frame);
    if (this.word) this.stayInside(); // "timeupdate" comes too rarely for a word
    const playing = !this.audio.paused && !this.audio.ended;
    const time = this.position;
    this.drawn = performance.now();
    this.root.classList.toggle("playing", playing);
    setAttribute(this.playPart, "aria-label", `${playing ? "Pause" : "Play"} ${this.label}`);
    this.seekPart.value = time;
    this.seekPart.style.setProperty("--played", `${(100 * time) / (this.duration || 1)}%`);
    const digits = this.duration < 10 ? 2 : 1;
    const total = this.duration.toFixed(digits);
    if (!this.audio.error) this.timePart.textContent = `${time.toFixed(digits)} / ${total} s`;
    // Not while playing: a screen reader would speak over the sound.
    if (!playing) {
      setAttribute(this.seekPart, "aria-valuetext", `${time.toFixed(digits)} of ${total} seconds`);
    }
    for (const chart of this.charts) {
      chart.follow();
      chart.place();
    }
    if (playing) this.frame = requestAnimationFrame(() => this.tick());
  }

  tick() {
    this.stayInside();
    const early = this.calm.matches && performance.now() - this.drawn < CALM_INTERVAL;
    if (early && !this.audio.ended) this.frame = requestAnimationFrame(() => this.tick());
    else this.draw();
  }

  drawSoon() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  destroy() {
    this.ending.abort();
    this.watcher.disconnect();
    cancelAnimationFrame(this.frame);
    this.charts.forEach((chart) => chart.destroy());
    this.audio.pause();
    this.audio.removeAttribute("src");
    if (this.url) URL.revokeObjectURL(this.url);
  }
}

// A chart with the cursor of a player over it.
class Chart {
  constructor(figure, player) {
    this.figure = figure;
    this.player = player;
    this.cursor = makeCursor();
  }

  get plot() {
    return document.querySelector(`.${this.figure} .js-plotly-plot`);
  }

  follow() {
    // Plotly makes a new emitter when it draws a chart from scratch.
    const emitter = this.plot?._ev;
    if (!emitter || emitter === this.emitter) return;
    this.leave();
    this.emitter = emitter;
    this.isNew = true;
    emitter.on("plotly_afterplot", this.place);
    emitter.on("plotly_relayouting", this.place);
    emitter.on("plotly_relayout", this.onZoom);
  }

  leave() {
    this.emitter?.removeListener("plotly_afterplot", this.place);
    this.emitter?.removeListener("plotly_relayouting", this.place);
    this.emitter?.removeListener("plotly_relayout", this.onZoom);
  }

  onZoom = () => {
    const layout = this.plot?._fullLayout;
    if (layout?.xaxis) this.player.zoomTo(layout);
  };

  zoomAgain() {
    // As within one chart, Plotly's uirevision says whether the new one is still of the same.
    const { uirevision, xaxis } = this.plot?._fullLayout ?? {};
    const { zoom } = this.player;
    if (!xaxis || zoom?.uirevision !== uirevision) return;
    if (zoom.range.some((end, index) => end !== xaxis.range[index])) {
      window.Plotly?.relayout(this.plot, { "xaxis.range": [...zoom.range] });
    }
  }

  place = () => {
    const plot = this.plot;
    const layout = plot?._fullLayout;
    if (!layout?.xaxis?._length) return this.cursor.remove();
    if (this.isNew) {
      this.isNew = false;
      this.zoomAgain();
    }
    const { xaxis, _size: size } = layout;
    const holder = holderOf(plot);
    if (this.cursor.parentNode !== holder) holder.append(this.cursor);
    const [from, to] = xaxis.range;
    const share = (this.player.position - from) / (to - from);
    this.cursor.hidden = share < -1e-6 || share > 1 + 1e-6;
    const left = xaxis._offset + share * xaxis._length;
    this.cursor.style.transform = `translate(${left - 1}px, ${size.t}px)`;
    this.cursor.style.height = `${size.h}px`;
  };

  destroy() {
    this.leave();
    this.cursor.remove();
  }
}

function makeCursor() {
  const cursor = document.createElement("div");
  cursor.className = "kws-player-cursor";
  Object.assign(cursor.style, {
    // A red that viridis lacks, with a white edge: visible on every colour of the picture.
    background: "#e5484d",
    boxShadow: "0 0 0 1px rgba(255, 255, 255, 0.4)",
    left: "0",
    pointerEvents: "none",
    position: "absolute",
    top: "0",
    width: "2px",
    zIndex: "1",
  });
  return cursor;
}

function holderOf(plot) {
  return plot.querySelector(".svg-container") ?? plot;
}

function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
