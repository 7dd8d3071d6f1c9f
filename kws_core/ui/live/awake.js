// Keeps the screen on while a test runs: a computer that sleeps hears nothing.
export default function mount({ data }) {
  const held = mount.held ?? (mount.held = { lock: null, wanted: false });
  held.wanted = data.awake;

  async function update() {
    if (held.wanted && !held.lock && document.visibilityState === "visible") {
      try {
        held.lock = await navigator.wakeLock.request("screen");
        held.lock.addEventListener("release", () => {
          held.lock = null;
        });
      } catch {
        // Not allowed or not known: the page asks for it in words too.
      }
    }
    if (!held.wanted && held.lock) await held.lock.release();
  }

  if (!held.watches) {
    held.watches = true;
    // Hidden, a page loses it.
    document.addEventListener("visibilitychange", update);
  }
  update();
  return () => {
    held.wanted = false;
    update();
  };
}
