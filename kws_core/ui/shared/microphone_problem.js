// Says why the browser gives no microphone, as soon as the browser knows.

const watched = new WeakMap(); // from the element that Streamlit mounts the component in

export default function mount({ data, parentElement }) {
  const text = parentElement.querySelector("p");
  const show = (problem) => {
    const message = problem ? data[problem] : "";
    text.hidden = !message;
    if (text.textContent !== message) text.textContent = message;
  };
  watched.get(parentElement)?.abort();
  const ending = new AbortController();
  watched.set(parentElement, ending);
  const check = () => problem().then((found) => ending.signal.aborted || show(found));
  check();
  const options = { signal: ending.signal };
  navigator.mediaDevices?.addEventListener("devicechange", check, options);
  navigator.permissions
    ?.query({ name: "microphone" })
    .then((status) => status.addEventListener("change", check, options))
    .catch(() => {}); // browsers that don't tell: the help on the page remains
  return () => ending.abort();
}
