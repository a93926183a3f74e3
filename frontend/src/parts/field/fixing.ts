/** Fix on the spot: before, what it is, after; the third tap sends. */

import { askPlace } from "./place";

/** Lead from tap to tap, ask where this is at the first, send at the third. */
export function countTaps(): void {
  const form = document.querySelector<HTMLFormElement>("form.taps");
  if (!form) return;
  const before = form.querySelector<HTMLInputElement>("[name=photo_before]");
  const after = form.querySelector<HTMLInputElement>("[name=photo_after]");
  before?.addEventListener("click", () => void place(form), { once: true });
  before?.addEventListener("change", () => lead(form, 2));
  for (const kind of form.querySelectorAll<HTMLInputElement>("[name=category_code]")) {
    kind.addEventListener("change", () => lead(form, 3));
  }
  after?.addEventListener("change", () => {
    if (after.files?.length && form.checkValidity()) form.requestSubmit();
  });
}

function lead(form: HTMLFormElement, tap: number): void {
  const part = form.querySelector<HTMLElement>(`[data-tap="${tap}"]`);
  part?.scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
}

function calm(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

let asked: Promise<void> | null = null;

/** Put where the phone is into the form; asked once for each form. */
export function place(form: HTMLFormElement): Promise<void> {
  asked ??= fill(form);
  return asked;
}

async function fill(form: HTMLFormElement): Promise<void> {
  const told = form.querySelector<HTMLElement>("[data-place-told]");
  const found = await askPlace();
  if (told) told.textContent = (found ? told.dataset.found : told.dataset.failed) ?? "";
  if (!found) return;
  (form.elements.namedItem("longitude") as HTMLInputElement).value = found.longitude;
  (form.elements.namedItem("latitude") as HTMLInputElement).value = found.latitude;
}
