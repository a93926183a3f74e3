/** Where the phone is, asked once and only when somebody wants it. */

import { markRows } from "./queue";

const PATIENCE = 8_000; // milliseconds
const DIGITS = 5; // of a degree: about a metre

export interface Place {
  longitude: string;
  latitude: string;
}

/** Return where the phone is; null when it does not say. */
export function askPlace(): Promise<Place | null> {
  return new Promise((resolve) => {
    if (!navigator.geolocation) return resolve(null);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        resolve({
          longitude: coords.longitude.toFixed(DIGITS),
          latitude: coords.latitude.toFixed(DIGITS),
        }),
      () => resolve(null),
      { enableHighAccuracy: true, timeout: PATIENCE, maximumAge: 30_000 },
    );
  });
}

/** Show the buttons that look around from where one stands, and let them do so. */
export function offerPlace(): void {
  if (!navigator.geolocation) return;
  for (const form of document.querySelectorAll<HTMLFormElement>("[data-locate-form]")) {
    form.hidden = false;
    keepRest(form);
    void lookAtOnce(form);
    form.addEventListener("submit", (event) => {
      if (fieldOf(form, "longitude").value) return;
      event.preventDefault();
      void fill(form);
    });
  }
}

/** Where the reader allowed it before, look around at once; going back does not come here again. */
async function lookAtOnce(form: HTMLFormElement): Promise<void> {
  const isAsked = new URLSearchParams(location.search).has("longitude");
  if (!("auto" in form.dataset) || isAsked || !navigator.onLine || !navigator.permissions) return;
  const { state } = await navigator.permissions.query({ name: "geolocation" });
  if (state !== "granted") return;
  const place = await askPlace();
  if (!place) return;
  const wanted = new URLSearchParams(location.search);
  wanted.set("longitude", place.longitude);
  wanted.set("latitude", place.latitude);
  await showAt(`${location.pathname}?${wanted}`);
}

/** Put what is at an address of this page in place of what is shown, without leaving the page. */
async function showAt(address: string): Promise<void> {
  const shown = document.querySelector("[data-around]");
  try {
    const answer = await fetch(address, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.querySelector("[data-around]");
    if (!answer.ok || answer.redirected || !shown || !found) return;
    shown.replaceWith(document.adoptNode(found));
    history.replaceState(null, "", address);
    offerPlace();
    void markRows();
  } catch {
    // The network broke off: what is shown stays.
  }
}

/** Carry the rest of the address along: a form sends its own fields only. */
function keepRest(form: HTMLFormElement): void {
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (form.elements.namedItem(name)) continue;
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
}

async function fill(form: HTMLFormElement): Promise<void> {
  const told = form.querySelector<HTMLElement>("[data-locate-told]");
  if (told) told.textContent = told.dataset.waiting ?? "";
  const place = await askPlace();
  if (!place) {
    if (told) told.textContent = told.dataset.failed ?? "";
    return;
  }
  fieldOf(form, "longitude").value = place.longitude;
  fieldOf(form, "latitude").value = place.latitude;
  form.requestSubmit();
}

function fieldOf(form: HTMLFormElement, name: string): HTMLInputElement {
  return form.elements.namedItem(name) as HTMLInputElement;
}
