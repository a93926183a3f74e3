/** Fix on the spot: before, what it is, after; the third tap sends. */

import { notedIn } from "../exif";
import { uuid7 } from "../outbox";
import { askPlace } from "./place";

/** Lead from tap to tap, ask where this is at the first, send at the third. */
export function countTaps(): void {
  const form = document.querySelector<HTMLFormElement>("form.taps");
  if (!form) return;
  // A page kept on the phone is opened many times; each time it is another matter.
  const id = form.elements.namedItem("case_id") as HTMLInputElement;
  id.value = uuid7();
  id.dataset.own = "1";
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

/** Ask for the place in words where neither the phone nor a photograph knows it; tell whether it is known. */
export async function isPlaced(form: HTMLFormElement): Promise<boolean> {
  await place(form);
  const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement;
  if (field("longitude").value || field("address").value.trim()) return true;
  for (const name of ["photo_before", "photo_after"]) {
    const photo = field(name).files?.[0];
    if (photo && (await notedIn(photo)).longitude !== undefined) return true;
  }
  const more = form.querySelector<HTMLDetailsElement>("[data-more]");
  if (more) more.open = true;
  const told = form.querySelector<HTMLElement>("[data-place-told]");
  if (told) {
    told.textContent = told.dataset.missing ?? "";
    told.classList.add("trouble");
  }
  field("address").focus();
  return false;
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
