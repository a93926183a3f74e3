// The list, its number and the queues, read anew in place: what is open, chosen or typed stays.

import htmx from "htmx.org";

import { hasTyped } from "./drafts";

/** Read the page again and put in what is new; with `rows` the list as well. */
export async function refresh({ rows }: { rows: boolean }): Promise<void> {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of document.querySelectorAll<HTMLElement>("[data-fresh]")) {
    const now = fresh.querySelector(`[data-fresh="${old.dataset.fresh}"]`);
    if (now && now.innerHTML !== old.innerHTML) old.innerHTML = now.innerHTML;
  }
  if (!rows) return;
  putRows(fresh);
  tellStale(fresh);
}

/** Show a case that somebody else has changed as it is now; say so where something was typed. */
function tellStale(fresh: Document): void {
  const shown = document.querySelector<HTMLElement>("#pane [data-case]");
  const version = shown?.querySelector<HTMLInputElement>("input[name=version]")?.value;
  if (!shown || !version || shown.querySelector(".done-here, .changed")) return;
  const number = shown.dataset.case ?? "";
  const row = fresh.querySelector(`[data-row="${CSS.escape(number)}"] [data-pick]`);
  const isThere = row?.getAttribute("value") === `${number}:${version}`;
  if (isThere || (!row && fresh.querySelector("[rel=next]"))) return;
  const again = (): void => void htmx.ajax("get", shown.dataset.address ?? "", "#pane");
  if (!hasTyped(number)) return again();
  const told = document.querySelector<HTMLTemplateElement>("template[data-stale]");
  if (told) shown.prepend(told.content.cloneNode(true));
  shown.querySelector(".changed button")?.addEventListener("click", again);
}

function putRows(fresh: Document): void {
  const old = document.querySelector<HTMLElement>("[data-rows]");
  const now = fresh.querySelector<HTMLElement>("[data-rows]");
  if (!old || !now) return;
  const known = new Set([...old.querySelectorAll<HTMLElement>("[data-row]")].map((one) => one.dataset.row));
  const chosen = new Set([...old.querySelectorAll<HTMLInputElement>("[data-pick]:checked")].map(numberOf));
  const focused = old.contains(document.activeElement) ? numberOf(document.activeElement) : undefined;
  const open = old.querySelector<HTMLElement>(".is-open")?.dataset.row;
  const list = old.closest<HTMLElement>(".desk-list");
  const top = list?.scrollTop ?? 0;
  old.replaceChildren(...[...now.children].map((one) => document.importNode(one, true)));
  for (const row of old.querySelectorAll<HTMLElement>("[data-row]")) {
    row.classList.toggle("is-open", row.dataset.row === open);
    row.classList.toggle("is-new", !known.has(row.dataset.row));
    const pick = row.querySelector<HTMLInputElement>("[data-pick]");
    if (pick) pick.checked = chosen.has(row.dataset.row);
    if (row.dataset.row === focused) row.querySelector<HTMLElement>("[data-open]")?.focus({ preventScroll: true });
  }
  htmx.process(old);
  if (list) list.scrollTop = top;
  tellAnew(fresh);
}

function numberOf(inRow: Element | null): string | undefined {
  return inRow?.closest<HTMLElement>("[data-row]")?.dataset.row;
}

/** From now on changes are counted from this reading; the bulk bar comes and goes with the rows. */
function tellAnew(fresh: Document): void {
  const place = document.querySelector<HTMLElement>("[data-changes]");
  const address = fresh.querySelector<HTMLElement>("[data-changes]")?.dataset.changes;
  if (place && address) {
    place.dataset.changes = address;
    place.replaceChildren();
  }
  const bar = fresh.querySelector("#bulk");
  if (bar && !document.getElementById("bulk")) document.querySelector(".desk-list")?.append(document.importNode(bar, true));
  document.dispatchEvent(new Event("change")); // how many are chosen is told anew
}
