// Words as tiles: made once, lit as words are heard.

export default function mount({ data, parentElement }) {
  const board = parentElement.querySelector(".board");
  board.setAttribute("aria-label", data.label);
  const shown = [...board.children].map((tile) => tile.textContent);
  if (shown.join() !== data.words.join()) {
    board.replaceChildren(
      ...data.words.map((word) => {
        const tile = document.createElement("li");
        tile.textContent = word;
        return tile;
      }),
    );
  }
  for (const tile of board.children) {
    const word = tile.textContent;
    tile.classList.toggle("lit", data.lit.includes(word));
    tile.classList.toggle("faint", data.faint.includes(word));
  }
}
