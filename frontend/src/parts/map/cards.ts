import { part, say, type Options } from "./options";

let latest = 0;

/** Fetch a part of a page and show it beside the map; the last one asked for wins. */
export async function showCard(options: Options, address: string, close?: () => void): Promise<void> {
  const turn = (latest += 1);
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    const html = await answer.text();
    if (turn !== latest) return;
    if (!answer.ok && !html.includes('role="alert"')) throw new Error(answer.statusText);
    put(options, html, close);
    say(options, "");
  } catch {
    if (turn === latest) say(options, options.words.failed);
  }
}

/** Take away the card beside the map. */
export function hideCard(options: Options): void {
  latest += 1;
  const card = part(options.box, "[data-map-card]");
  card.hidden = true;
  card.replaceChildren();
}

function put(options: Options, html: string, close?: () => void): void {
  const own = part(options.box, "[data-map-card]");
  const place = options.beside ?? own;
  // A part of a page of this site, made by its own templates.
  place.innerHTML = html;
  if (place !== own) return;
  own.prepend(closeButton(options, close));
  own.hidden = false;
  own.onkeydown = (event) => {
    if (event.key === "Escape") own.querySelector<HTMLElement>(".map-close")?.click();
  };
  own.tabIndex = -1;
  own.focus({ preventScroll: true });
  own.scrollIntoView({ block: "nearest" });
}

function closeButton(options: Options, close?: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "map-close";
  made.textContent = "×";
  made.setAttribute("aria-label", options.words.close ?? "×");
  made.addEventListener("click", () => {
    hideCard(options);
    close?.();
    options.box.querySelector("canvas")?.focus();
  });
  return made;
}
