// In a thread of its own: takes blocks from the audio thread (blocks.js) and holds the connection to
// the server, as websocket.js asks. The page's own thread is busy with its pictures, and sound that
// had to pass through it would come late.

const HELD_BACK_S = 2; // of sound may wait in the browser: what is older helps nobody
const HEADER_BYTES = 24;
const ASLEEP = 4408; // the server closes on long silence, and takes sound again when there is some
const TELL_BLOCKS = 25; // how often the page hears how the sending goes

let run; // the number of this start of the microphone
let socket = null;
let connected = false; // there was a connection in this run
let asleep = false;
let silent = 0; // blocks of nothing but zeros, up to now
let unsent = 0; // seconds

onmessage = ({ data }) => {
  if (data.blocks) {
    run = data.run;
    data.blocks.onmessage = ({ data: block }) => send(block);
  } else if (data.open) open(data);
  else if (data.close) {
    socket?.close();
    socket = null;
  }
};

function open({ open: number, address, protocols }) {
  const opened = new WebSocket(address, protocols);
  socket = opened;
  opened.onopen = () => {
    connected = true;
    asleep = false;
    postMessage({ number, opened: true });
  };
  opened.onmessage = ({ data }) => postMessage({ number, message: data });
  opened.onclose = ({ code }) => {
    if (socket !== opened) return;
    socket = null;
    asleep = code === ASLEEP;
    postMessage({ number, closed: true, code });
  };
}

function send({ number, rate, time, values, silent: isSilent }) {
  silent = isSilent ? silent + 1 : 0;
  if (number % TELL_BLOCKS === 0 || (asleep && !isSilent)) postMessage({ silent, unsent });
  const most = HELD_BACK_S * rate * 2;
  if (socket?.readyState !== WebSocket.OPEN || socket.bufferedAmount > most) {
    if (connected && !asleep) unsent += values.length / rate; // numbers go on: the server counts
    return;
  }
  const message = new ArrayBuffer(HEADER_BYTES + 2 * values.length);
  const head = new DataView(message);
  [75, 87, 83, 49].forEach((byte, at) => head.setUint8(at, byte)); // "KWS1"
  head.setUint32(4, run, true);
  head.setUint32(8, number, true);
  head.setUint32(12, rate, true);
  head.setFloat64(16, time, true);
  const samples = new DataView(message, HEADER_BYTES);
  values.forEach((value, at) => samples.setInt16(2 * at, value, true));
  socket.send(message);
}
