// Every key has a button beside it; keys rest while somebody types or a dialog is open.

import { hasRoom } from "./pane";
import { refresh } from "./refreshing";

type Deed = () => void;

const PAUSE = 150; // milliseconds on a case until it is opened beside the list

/** Let keys move through the list, open cases and go to steps. */
export function listenForKeys(): void {
  if (!document.querySelector("[data-desk]")) return;
  const list = document.querySelector<HTMLDialogElement>("[data-keys-list]");
  const way = document.querySelector<HTMLElement>("[data-keys]");
  if (way && list) {
    way.hidden = false;
    way.addEventListener("click", () => list.showModal());
  }
  document.addEventListener("keydown", (event) => answer(event, list));
}

function answer(event: KeyboardEvent, list: HTMLDialogElement | null): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || list?.open) return;
  if (event.key === "Escape") return leave();
  if (isTyping(event.target)) return;
  const moves: Record<string, Deed> = {
    j: () => move(1),
    k: () => move(-1),
    x: pick,
    X: pickAll,
    b: () => go(document.querySelector<HTMLElement>("#bulk-step")),
    "/": () => go(document.querySelector<HTMLInputElement>("[data-search]")),
    ".": () => void refresh({ rows: true }),
    "?": () => list?.showModal(),
  };
  const deed = moves[event.key] ?? stepOf(event.key) ?? queueOf(event.key);
  if (deed) {
    event.preventDefault();
    deed();
  }
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target.matches("input") && !target.matches("[type=checkbox], [type=radio]");
}

function ways(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-open]")];
}

function go(there: HTMLElement | null): void {
  there?.focus();
  if (there instanceof HTMLInputElement) there.select();
}

let place = -1; // in the list, of where one was last; its row may be gone since

/** Move the focus to the next or previous case of the list; from outside, to where one was. */
function move(by: number): void {
  const all = ways();
  const focused = all.findIndex((one) => one.closest("[data-row]")?.contains(document.activeElement));
  const open = all.findIndex((one) => one.closest(".is-open"));
  const isGone = focused < 0 && open < 0 && place >= 0;
  const from = isGone ? place - (by > 0 ? 1 : 0) : focused >= 0 ? focused : open;
  place = from < 0 ? 0 : Math.min(Math.max(from + by, 0), all.length - 1);
  const way = all[place];
  way?.focus();
  way?.scrollIntoView({ block: "nearest" });
  if (way && document.querySelector("#pane [data-case]")) openSoon(way);
}

let alarm: ReturnType<typeof setTimeout> | undefined;

/** Where a case stands beside the list already, the next one takes its place. */
function openSoon(way: HTMLElement): void {
  clearTimeout(alarm);
  alarm = setTimeout(() => {
    const isOpen = way.closest(".is-open") !== null;
    if (hasRoom() && document.activeElement === way && !isOpen) way.click();
  }, PAUSE);
}

function pick(): void {
  const row = document.activeElement?.closest("[data-row]") ?? document.querySelector(".is-open");
  row?.querySelector<HTMLInputElement>("[data-pick]")?.click();
}

function pickAll(): void {
  const all = [...document.querySelectorAll<HTMLInputElement>("[data-pick]")];
  const wanted = all.some((one) => !one.checked);
  for (const one of all) if (one.checked !== wanted) one.click();
}

function queueOf(key: string): Deed | undefined {
  const tab = document.querySelectorAll<HTMLElement>("[data-fresh=tabs] a")[Number(key) - 1];
  return /^[1-9]$/.test(key) && tab ? () => tab.click() : undefined;
}

/** Return what goes to the step of a key: to what it still needs, or to its button. */
function stepOf(key: string): Deed | undefined {
  if (!/^[a-z]$/.test(key)) return undefined;
  const found = document.querySelector<HTMLElement>(`[data-key="${key}"]`);
  if (!found) return undefined;
  return () => {
    if (!(found instanceof HTMLFormElement)) return found.click();
    const folded = found.closest("details");
    if (folded) folded.open = true;
    const needs = "input:invalid, select:invalid, textarea:invalid";
    const field = found.querySelector<HTMLElement>(`${needs}, input[type=radio]:checked`);
    (field ?? found.querySelector<HTMLElement>("button"))?.focus();
    found.scrollIntoView({ block: "nearest" });
  };
}

/** Leave a field, then the case: back to its row in the list. */
function leave(): void {
  const here = document.activeElement;
  if (here instanceof HTMLElement && isTyping(here)) here.blur();
  else if (hasRoom()) (document.querySelector<HTMLElement>(".is-open [data-open]") ?? ways()[0])?.focus();
}
