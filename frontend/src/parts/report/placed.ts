/** The place of a report in words: where the chosen point lies, so that a wrong one is seen. */

const PAUSE = 300; // milliseconds after the last change
const FIELDS = ["longitude", "latitude"];

interface Here {
  readonly place: string;
  readonly is_outside: boolean;
}

/** Tell whether the form has a point already. */
export function hasPlace(form: HTMLFormElement): boolean {
  return FIELDS.every((name) => fieldOf(form, name)?.value.trim());
}

/** Put a point in WGS 84 into the form; without one, take it out again. */
export function putPlace(form: HTMLFormElement, longitude?: number, latitude?: number): void {
  const located = fieldOf(form, "located");
  if (located) located.value = longitude === undefined ? "" : "1";
  const degrees = [longitude, latitude];
  for (const [place, name] of FIELDS.entries()) {
    const field = fieldOf(form, name);
    if (field) field.value = degrees[place]?.toFixed(6) ?? "";
  }
  for (const name of FIELDS) {
    fieldOf(form, name)?.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

/** Return where a point in WGS 84 lies, in words; blank where nobody can be asked. */
export async function placeAt(form: HTMLFormElement, longitude: number, latitude: number): Promise<string> {
  const box = form.querySelector<HTMLElement>("[data-place-told]");
  const address = `${box?.dataset.placeTold}?longitude=${longitude}&latitude=${latitude}`;
  const told = await fetch(address, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? (answer.json() as Promise<Here>) : null))
    .catch(() => null);
  return (told?.is_outside ? box?.dataset.outside : told?.place) ?? "";
}

/** Say below the address which point was chosen, whichever way it came; it can be taken back. */
export function tellPlace(form: HTMLFormElement): void {
  const box = form.querySelector<HTMLElement>("[data-place-told]");
  const words = box?.querySelector<HTMLElement>("[data-place-words]");
  if (!box || !words) return;
  let alarm: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;
  const tell = async () => {
    const [longitude, latitude] = FIELDS.map((name) => Number(fieldOf(form, name)?.value.trim() || NaN));
    const mine = ++turn;
    const isPoint = Number.isFinite(longitude) && Number.isFinite(latitude);
    form.dataset.placeWords = "";
    box.hidden = !isPoint;
    if (!isPoint) return;
    words.textContent = `${latitude!.toFixed(5)}, ${longitude!.toFixed(5)}`;
    const isOurs = fieldOf(form, "located")?.value; // else they may be in the city's own system
    const here = isOurs ? await placeAt(form, longitude!, latitude!) : "";
    if (mine !== turn || !here) return;
    words.textContent = form.dataset.placeWords = here;
  };
  form.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || !FIELDS.includes(target.name)) return;
    form.querySelector(".photo-place")?.remove(); // another place is meant
    clearTimeout(alarm);
    alarm = setTimeout(() => void tell(), PAUSE);
  });
  box.querySelector("[data-place-drop]")?.addEventListener("click", () => {
    putPlace(form);
    form.querySelector<HTMLInputElement>("#address")?.focus();
  });
  void tell();
}

function fieldOf(form: HTMLFormElement, name: string): HTMLInputElement | null {
  return form.querySelector<HTMLInputElement>(`[name=${name}]`);
}
