// A case opens beside the list where there is room; where there is none, on its own page.

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
    if (event.target === pane) showFromTop(pane);
  });
  // A row that came anew with the case bears its mark only when all has settled.
  document.body.addEventListener("htmx:afterSettle", () => markOpen(pane));
}

function stepAside(event: Event): void {
  const asked = event.target instanceof Element && event.target.closest("[hx-get], [hx-post]");
  const mouse = event instanceof MouseEvent && (event.ctrlKey || event.metaKey || event.shiftKey);
  if (asked && (!hasRoom() || mouse)) event.stopImmediatePropagation();
}

function markOpen(pane: HTMLElement): void {
  const number = pane.querySelector<HTMLElement>("[data-case]")?.dataset.case;
  for (const row of document.querySelectorAll<HTMLElement>("[data-row]")) {
    const isOpen = row.dataset.row === number;
    row.classList.toggle("is-open", isOpen);
    const way = row.querySelector("[data-open]");
    if (isOpen) way?.setAttribute("aria-current", "true");
    else way?.removeAttribute("aria-current");
  }
}

function showFromTop(pane: HTMLElement): void {
  markOpen(pane);
  pane.scrollTop = 0;
  pane.querySelector<HTMLElement>("[role=alert]")?.scrollIntoView({ block: "nearest" });
}
