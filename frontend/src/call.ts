/**
 * A call at the desk: kinds and like cases are proposed while it is told.  Enter goes on to the
 * next field, Ctrl and Enter takes the call in; what was begun outlives the page.
 */

import { askAlike, askSuggestions } from "./parts/report/hints";
import { keepBegun } from "./parts/desk/begun";

const form = document.querySelector<HTMLFormElement>("form[data-call]");
if (form) begin(form);

function begin(form: HTMLFormElement): void {
  keepBegun(form);
  const hints = (): void => void askAlike(form);
  form.addEventListener("change", hints);
  askSuggestions(form, hints);
  form.addEventListener("keydown", (event) => press(form, event));
  form.querySelector("#text")?.dispatchEvent(new Event("input"));
  hints();
}

function press(form: HTMLFormElement, event: KeyboardEvent): void {
  if (event.key !== "Enter" || event.isComposing || event.defaultPrevented) return;
  const main = form.querySelector<HTMLButtonElement>("[data-main]");
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    if (main) form.requestSubmit(main);
  } else if (event.target instanceof HTMLInputElement) {
    event.preventDefault();
    next(form, event.target)?.focus();
  }
}

/** Return the field after one, or the main button. */
function next(form: HTMLFormElement, here: HTMLElement): HTMLElement | undefined {
  const fields = [...form.querySelectorAll<HTMLElement>("input, select, textarea, [data-main]")];
  const seen = fields.filter((one) => one.getClientRects().length > 0);
  return seen[seen.indexOf(here) + 1];
}
