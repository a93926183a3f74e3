// A case opens beside the list where there is room; where there is none, on its own page.

import { restoreTyped } from "./drafts";
import { refresh } from "./refreshing";

const ROOM = "(min-width: 62rem)";

/** Return whether the case stands beside the list. */
export function hasRoom(): boolean {
  return document.querySelector("[data-rows]") !== null && window.matchMedia(ROOM).matches;
}

/** Let links and forms be followed as they are where there is no room; mark what is open. */
export function openBesideOnly(): void {
  for (const kind of ["click", "submit"]) {
    document.addEventListener(kind, stepAside, { capture: true });
  }
  const pane = document.getElementById("pane");
  if (!pane) return;
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.target === pane) show(pane);
  });
  // A row that came anew with the case bears its mark only when all has settled.
  document.body.addEventListener("htmx:afterSettle", () => markOpen(pane));
  openFromMap();
}

function stepAside(event: Event): void {
  const asked = event.target instanceof Element && event.target.closest("[hx-get], [hx-post]");
  const mouse = event instanceof MouseEvent && (event.ctrlKey || event.metaKey || event.shiftKey);
  if (asked && (!hasRoom() || mouse)) event.stopImmediatePropagation();
}

/** Mark the row of the case that stands beside the list. */
export function markOpen(pane: HTMLElement): void {
  const number = pane.querySelector<HTMLElement>("[data-case]")?.dataset.case;
  for (const row of document.querySelectorAll<HTMLElement>("[data-row]")) {
    const isOpen = row.dataset.row === number;
    row.classList.toggle("is-open", isOpen);
    const way = row.querySelector("[data-open]");
    if (isOpen) way?.setAttribute("aria-current", "true");
    else way?.removeAttribute("aria-current");
  }
}

function show(pane: HTMLElement): void {
  markOpen(pane);
  restoreTyped(pane);
  pane.scrollTop = 0;
  showOnMap(pane);
  const alert = pane.querySelector<HTMLElement>("[role=alert]");
  alert?.scrollIntoView({ block: "nearest" });
  // The button that was pressed is gone: the keys go on from the trouble, or from the row.
  if (document.activeElement === document.body) {
    if (alert) alert.tabIndex = -1;
    (alert ?? document.querySelector<HTMLElement>(".is-open [data-open]"))?.focus({ preventScroll: true });
  }
  if (pane.querySelector(".done-here")) void refresh({ rows: false });
}

/** Bring the case into the middle of the map. */
function showOnMap(pane: HTMLElement): void {
  const { longitude, latitude, mark, case: number } = pane.querySelector<HTMLElement>("[data-case]")?.dataset ?? {};
  if (!longitude || !latitude) return;
  const detail = { at: [Number(longitude), Number(latitude)], mark, number };
  const map = document.getElementById("desk-map");
  if (map) map.dataset.shown = JSON.stringify(detail); // a map that is still being loaded reads it
  map?.dispatchEvent(new CustomEvent("map-show", { detail }));
}

/** A case that is tapped on the map opens beside it, not in a card over it. */
function openFromMap(): void {
  document.getElementById("desk-map")?.addEventListener("map-case", (event) => {
    const number = (event as CustomEvent<string>).detail;
    const way = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(number)}"] [data-open]`);
    if (!way || !hasRoom()) return;
    event.preventDefault();
    way.click();
    way.focus();
  });
}
