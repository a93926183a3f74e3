/** What waits on this phone: a number at the tab, and the list under “Me”. */

import { type Errand, dropErrand, errands, onErrands, sendErrands } from "../outbox";
import { showConflict, whyRefused } from "./conflicts";

/** Show the queue wherever the page has a place for it, and keep it up to date. */
export function showQueue(): void {
  if (typeof indexedDB === "undefined") return;
  onErrands((all) => {
    const owed = all.filter((one) => one.state !== "done");
    for (const badge of document.querySelectorAll<HTMLElement>("[data-queue-count]")) {
      badge.hidden = owed.length === 0;
      badge.textContent = String(owed.length);
    }
    void markRows(all);
    list(all);
  });
  const now = document.querySelector<HTMLButtonElement>("[data-queue-send]");
  now?.addEventListener("click", () => void sendErrands());
}

/** Say in a list of cases which of them I have done already, sent or not. */
export async function markRows(known?: Errand[]): Promise<void> {
  const all = known ?? (await errands());
  for (const row of document.querySelectorAll<HTMLElement>("[data-case]")) {
    const place = row.closest<HTMLElement>("[data-waits]");
    const last = all.filter((one) => one.number === row.dataset.case).at(-1);
    const words = last && place ? standing(last, row, place) : undefined;
    row.toggleAttribute("data-done", Boolean(words));
    let mark = row.querySelector<HTMLElement>(".field-mark");
    if (words && !mark) {
      mark = document.createElement("span");
      mark.className = "field-mark";
      row.querySelector("a")?.append(mark);
    }
    if (mark) mark.textContent = words ?? "";
  }
}

function standing(last: Errand, row: HTMLElement, place: HTMLElement): string | undefined {
  if (last.state === "refused") return place.dataset.refused;
  if (last.state !== "done") return place.dataset.waits;
  // The list is older than the step only where both know the same version of the case.
  return String(last.fields["version"]) === row.dataset.version ? place.dataset.sent : undefined;
}

const MOST_DONE = 5;

function list(all: Errand[]): void {
  const place = document.querySelector<HTMLElement>("[data-queue]");
  const item = document.querySelector<HTMLTemplateElement>("[data-queue-item]");
  if (!place || !item) return;
  const owed = all.filter((one) => one.state !== "done");
  const done = all.filter((one) => one.state === "done").slice(-MOST_DONE);
  const shown = [...owed, ...done.reverse()];
  place.replaceChildren(...shown.map((one) => entry(one, item, place)));
  place.hidden = shown.length === 0;
  show("[data-queue-none]", shown.length === 0);
  show("[data-queue-send]", owed.some((one) => one.state === "waiting"));
}

function entry(errand: Errand, item: HTMLTemplateElement, place: HTMLElement): Node {
  const made = item.content.cloneNode(true) as DocumentFragment;
  const box = made.querySelector<HTMLElement>("li")!;
  put(box, "[data-name]", errand.title);
  put(box, "[data-number]", errand.number ?? String(errand.answer?.["number"] ?? ""));
  put(box, "[data-state]", place.getAttribute(`data-state-${errand.state}`) ?? "");
  const when = new Date(errand.madeAt);
  const short: Intl.DateTimeFormatOptions = { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" };
  put(box, "[data-when]", when.toLocaleString(document.documentElement.lang, short));
  const back = box.querySelector<HTMLButtonElement>("[data-take-back]");
  if (back) {
    back.hidden = errand.state !== "waiting";
    back.onclick = () => void dropErrand(errand.id);
  }
  if (errand.problem) {
    put(box, "[data-why]", whyRefused(box, errand));
    box.querySelector<HTMLElement>("[data-why]")!.hidden = false;
    showConflict(box, errand, () => {});
  }
  return made;
}

function put(box: HTMLElement, selector: string, words: string): void {
  const place = box.querySelector<HTMLElement>(selector);
  if (place) place.textContent = words;
}

function show(selector: string, isShown: boolean): void {
  const one = document.querySelector<HTMLElement>(selector);
  if (one) one.hidden = !isShown;
}
