// Plays a recording aloud while the server listens to it: started, held and ended from there.

const runs = new WeakMap(); // from the element that Streamlit mounts the component in

export default function mount({ data, parentElement }) {
  const audio = parentElement.querySelector("audio");
  if (data.run === null) {
    runs.delete(parentElement);
    audio.pause();
    return () => audio.pause();
  }
  if (runs.get(parentElement) !== data.run) {
    runs.set(parentElement, data.run);
    audio.src = `data:audio/wav;base64,${data.wav}`;
    audio.currentTime = data.from;
    if (!data.paused) start(audio);
  } else if (data.paused) {
    audio.pause();
    audio.currentTime = data.from;
  } else if (audio.paused && !audio.ended) {
    start(audio);
  }
  audio.muted = data.muted;
  return () => audio.pause();
}

function start(audio) {
  // A browser may refuse to play before the first click; the sample is listened to all the same.
  audio.play().catch(() => {});
}
