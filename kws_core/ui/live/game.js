// Draws the board: a ball that points where it goes, and a star.

const TURN = { right: 0, down: 90, left: 180, up: 270 }; // degrees

export default function mount({ data, parentElement }) {
  const board = parentElement.querySelector(".board");
  board.style.setProperty("--columns", data.columns);
  board.style.setProperty("--rows", data.rows);
  board.setAttribute("aria-label", data.summary);
  place(board.querySelector(".star"), data.star);
  const ball = board.querySelector(".ball");
  const before = (ball.dataset.cell ?? String(data.ball)).split(",").map(Number);
  // Over an edge it comes in at the other one: not by way of the whole board.
  const far = Math.max(...data.ball.map((x, i) => Math.abs(x - before[i]))) > 3;
  ball.classList.toggle("jumps", far);
  ball.dataset.cell = String(data.ball);
  place(ball, data.ball);
  ball.querySelector("svg").style.transform = `rotate(${TURN[data.heading]}deg)`;
  const state = parentElement.querySelector(".state");
  if (state.textContent !== data.state) state.textContent = data.state;
}

function place(element, [x, y]) {
  element.style.transform = `translate(${100 * x}%, ${100 * y}%)`;
}
