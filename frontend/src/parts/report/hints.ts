/** What the server knows already: the kind that words may mean, cases that may be the same. */

const PAUSE = 500; // milliseconds after the last key

/** Offer kinds while a person writes. */
export function askSuggestions(form: HTMLFormElement, chosen: () => void): void {
  const words = form.querySelector<HTMLTextAreaElement>("#text");
  const box = form.querySelector<HTMLElement>("[data-suggested]");
  if (!words || !box) return;
  let alarm: ReturnType<typeof setTimeout> | undefined;
  words.addEventListener("input", () => {
    clearTimeout(alarm);
    alarm = setTimeout(() => void suggest(form, words, box, chosen), PAUSE);
  });
  form.querySelector("#category_code")?.addEventListener("change", (event) => {
    const { value } = event.target as HTMLSelectElement;
    for (const button of box.querySelectorAll<HTMLElement>("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.code === value));
    }
  });
}

interface Suggestion {
  code: string;
  name: string;
}

async function suggest(
  form: HTMLFormElement,
  words: HTMLTextAreaElement,
  box: HTMLElement,
  chosen: () => void,
): Promise<void> {
  const asked = placeOf(form);
  asked.set("text", words.value.slice(0, 500));
  const answer = await get(`${form.dataset.suggest}?${asked}`);
  if (answer?.status !== 200) return;
  const told = (await answer.json()) as { suggestions: Suggestion[] };
  const kind = form.querySelector<HTMLSelectElement>("#category_code");
  const list = box.querySelector("ul");
  if (!kind || !list) return;
  list.replaceChildren(...told.suggestions.map((one) => item(one, kind, chosen)));
  box.hidden = told.suggestions.length === 0;
}

function item(one: Suggestion, kind: HTMLSelectElement, chosen: () => void): HTMLLIElement {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = one.name;
  button.dataset.code = one.code;
  button.setAttribute("aria-pressed", String(kind.value === one.code));
  button.addEventListener("click", () => {
    kind.value = one.code;
    kind.dispatchEvent(new Event("change", { bubbles: true }));
    chosen();
  });
  const place = document.createElement("li");
  place.append(button);
  return place;
}

let lastAsked = "";

/** Show open cases near the place that may be the same matter. */
export async function askAlike(form: HTMLFormElement): Promise<void> {
  const place = form.querySelector<HTMLElement>("[data-alike-here]");
  const kind = form.querySelector<HTMLSelectElement>("#category_code")?.value ?? "";
  const asked = placeOf(form);
  const words = form.querySelector<HTMLTextAreaElement>("#text")?.value.slice(0, 500) ?? "";
  if (!place || !(kind || words) || !asked.has("longitude")) return;
  asked.set("category_code", kind);
  asked.set("text", words);
  if (`${asked}` === lastAsked) return;
  lastAsked = `${asked}`;
  const answer = await get(`${form.dataset.alike}?${asked}`);
  if (!answer || `${asked}` !== lastAsked) return;
  // Our own page, rendered by the server that rendered this one.
  const part = document.createRange().createContextualFragment(await answer.text());
  place.replaceChildren(...part.children);
  form.dispatchEvent(new Event("report:alike"));
}

function placeOf(form: HTMLFormElement): URLSearchParams {
  const given = new URLSearchParams();
  for (const name of ["longitude", "latitude", "located"]) {
    const field = form.querySelector<HTMLInputElement>(`[name=${name}]`);
    if (field?.value) given.set(name, field.value);
  }
  if (!given.has("longitude") || !given.has("latitude")) given.delete("longitude");
  return given;
}

async function get(address: string): Promise<Response | undefined> {
  try {
    return await fetch(address, { credentials: "same-origin" });
  } catch {
    lastAsked = ""; // without network it is asked again at the next change
    return undefined;
  }
}
