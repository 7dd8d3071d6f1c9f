// Found words as buttons: each asks the player of its clip to play from its start to its end.

const PLAY = "kws-player-play"; // on document, as the player listens for it

export default function mount({ data, parentElement }) {
  const list = parentElement.querySelector(".words");
  list.replaceChildren(
    ...data.words.map(({ label, start, end, span, score }) => {
      const button = document.createElement("button");
      button.type = "button";
      const parts = { action: "Play ", label, score, span };
      for (const [name, text] of Object.entries(parts)) {
        const part = document.createElement("span");
        part.className = name;
        part.textContent = text;
        button.append(part);
      }
      button.addEventListener("click", () =>
        document.dispatchEvent(
          new CustomEvent(PLAY, { detail: { player: data.player, start, end } }),
        ),
      );
      const item = document.createElement("li");
      item.append(button);
      return item;
    }),
  );
}
