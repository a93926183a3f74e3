/**
 * Going on duty and off, with a network or without: each is an errand with the moment of the tap.
 *
 * The page as the server made it says how it stood then; what waits on the phone comes on top.
 */

import {
  type Errand,
  type NewErrand,
  errands,
  keepErrand,
  onErrands,
  sendErrands,
  uuid7,
} from "../outbox";
import { Refused, Unreachable, sendJson } from "../uploads_api";

const PATROLS = "/api/v1/patrols";
const HOURS: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };

type Deed = "start" | "end";

/** Let the button go through the outbox, and show what waits of it. */
export async function showDuty(): Promise<void> {
  const form = document.querySelector<HTMLFormElement>("form[data-duty]");
  if (!form || typeof indexedDB === "undefined") return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    delete form.dataset.sent; // see sendOnce
    const pressed = event.submitter as HTMLButtonElement | null;
    void take(form, pressed?.value === "end" ? "end" : "start");
  });
  const last = (await waiting()).at(-1);
  show(form, last);
  if (last) reloadAfter(last);
}

/** Tell whether the beginning of a patrol still waits on this phone. */
export async function startWaits(patrol: string): Promise<boolean> {
  return (await waiting()).some((one) => one.address === PATROLS && one.fields["id"] === patrol);
}

async function waiting(): Promise<Errand[]> {
  return (await errands()).filter(
    (one) => one.address?.startsWith(PATROLS) && (one.state === "waiting" || one.state === "sending"),
  );
}

async function take(form: HTMLFormElement, deed: Deed): Promise<void> {
  const field = form.elements.namedItem("patrol") as HTMLInputElement;
  const address = deed === "end" ? `${PATROLS}/${field.value}/end` : PATROLS;
  const fields: Record<string, unknown> = deed === "end" ? {} : { id: field.value };
  const now = new Date().toISOString();
  try {
    // With a network the clock of the city counts, not that of the phone.
    const isFirst = navigator.onLine && (await waiting()).length === 0;
    if (!isFirst) throw new Unreachable();
    await sendJson(address, fields);
    location.reload();
  } catch (trouble) {
    if (trouble instanceof Refused) return tell(form, trouble.problem.detail);
    const when = deed === "end" ? { ended_at: now } : { begun_at: now };
    const title = form.dataset[deed] ?? "";
    await keep(form, { kind: "deed", title, address, fields: { ...fields, ...when }, madeAt: now });
  }
}

async function keep(form: HTMLFormElement, given: NewErrand): Promise<void> {
  const errand = await keepErrand(given);
  // The next patrol, should it begin before there is a network, is another one.
  if (given.address !== PATROLS) (form.elements.namedItem("patrol") as HTMLInputElement).value = uuid7();
  show(form, errand);
  reloadAfter(errand);
  await sendErrands();
}

/** Once the city has it, the page says how it stands. */
function reloadAfter(errand: Errand): void {
  const stop = onErrands((all) => {
    const now = all.find((one) => one.id === errand.id);
    if (now?.state === "waiting" || now?.state === "sending") return;
    stop();
    location.reload();
  });
}

function tell(form: HTMLFormElement, words: string): void {
  const told = form.querySelector<HTMLElement>("[data-duty-told]");
  if (!told) return;
  told.textContent = words;
  told.hidden = false;
}

function show(form: HTMLFormElement, last: Errand | undefined): void {
  if (!last) return;
  const isOn = last.address === PATROLS;
  const field = form.elements.namedItem("patrol") as HTMLInputElement;
  if (isOn) field.value = String(last.fields["id"]);
  for (const panel of form.querySelectorAll<HTMLElement>("[data-panel]")) {
    panel.hidden = (panel.dataset.panel === "on") !== isOn;
  }
  const words = form.querySelector<HTMLElement>("[data-duty-told]")?.dataset[isOn ? "on" : "off"] ?? "";
  const time = new Date(last.madeAt).toLocaleTimeString(document.documentElement.lang, HOURS);
  tell(form, words.replace("{time}", time));
  const box = form.querySelector<HTMLElement>("[data-panel=on]");
  if (!box) return;
  if (isOn) {
    box.dataset.patrol = String(last.fields["id"]);
    box.dataset.begun = last.madeAt;
  } else delete box.dataset.patrol;
}
