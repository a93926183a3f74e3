/** Forms that go through the outbox: sent at once with a network, by themselves without one. */

import {
  type Errand,
  type ErrandFile,
  type NewErrand,
  errands,
  keepErrand,
  onErrands,
  sendErrands,
} from "../outbox";
import { reduced } from "../exif";
import { isOvertaken, showConflict, whyRefused } from "./conflicts";
import { isPlaced } from "./fixing";

const LARGE = 4_000_000; // bytes; up to here the original is sent, as in a report

/** Let every form for a step go through the outbox. */
export function sendFromForms(): void {
  if (typeof indexedDB === "undefined") return;
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-errand]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void send(form);
    });
  }
}

/** On the page of a case of which a step still waits here, say so instead of asking again. */
export async function tellWaiting(): Promise<void> {
  const told = document.querySelector<HTMLElement>("[data-errand-told]");
  const number = document.querySelector<HTMLElement>("[data-number]")?.dataset.number;
  if (!told || !number || typeof indexedDB === "undefined") return;
  const here = (await errands()).filter((one) => one.number === number && one.state !== "done");
  const last = here.at(-1);
  if (!last) return;
  if (last.state !== "refused") say(told, "waiting", told.dataset.kept, true);
  const stop = onErrands((all) => {
    const now = all.find((one) => one.id === last.id);
    if (now && now.state !== "waiting" && settled(told, now)) stop();
  });
}

async function send(form: HTMLFormElement): Promise<void> {
  const told = document.querySelector<HTMLElement>("[data-errand-told]");
  if (!told) return;
  freeze(true);
  say(told, "sending", told.dataset.sending);
  if (form.dataset.errand === "fix" && !(await isPlaced(form))) {
    told.hidden = true;
    delete told.dataset.mood;
    return freeze(false);
  }
  let errand: Errand;
  try {
    errand = await keepErrand(await (form.dataset.errand === "fix" ? fixOf(form) : stepOf(form)));
  } catch {
    freeze(false);
    return say(told, "refused", told.dataset.full); // no room, or storage is forbidden
  }
  const stop = onErrands((all) => {
    const now = all.find((one) => one.id === errand.id);
    if (now && settled(told, now)) stop();
  });
  await sendErrands();
}

async function stepOf(form: HTMLFormElement): Promise<NewErrand> {
  const page = form.closest<HTMLElement>("[data-number]");
  const chosen = form.querySelector<HTMLInputElement>(
    "[name=finding_code]:checked, [name=finding_code][type=hidden]",
  );
  const given = JSON.parse(chosen?.dataset.given ?? "{}") as Record<string, unknown>;
  const words = valueOf(form, "words").trim();
  const name = form.dataset.wordsName;
  if (name) given[name] = [given[name], words].filter(Boolean).join(" ");
  if (form.elements.namedItem("reason_code")) given.reason_code = valueOf(form, "reason_code");
  return {
    kind: "step",
    number: page?.dataset.number ?? "",
    step: chosen?.dataset.step ?? "",
    title: [form.dataset.title, page?.dataset.title].filter(Boolean).join(" · "),
    fields: { ...given, version: Number(form.dataset.version) },
    files: await filesOf(form),
  };
}

async function fixOf(form: HTMLFormElement): Promise<NewErrand> {
  const id = valueOf(form, "case_id");
  const kind = form.querySelector<HTMLInputElement>("[name=category_code]:checked");
  const page = form.closest<HTMLElement>("[data-title]");
  return {
    id,
    kind: "deed",
    address: "/api/v1/fixes",
    title: [page?.dataset.title, kind?.closest("label")?.textContent?.trim()].join(" · "),
    fields: {
      case_id: id,
      category_code: kind?.value ?? "",
      longitude: degrees(valueOf(form, "longitude")),
      latitude: degrees(valueOf(form, "latitude")),
      address: valueOf(form, "address"),
      note: valueOf(form, "words"),
    },
    files: await filesOf(form),
  };
}

function degrees(text: string): number | null {
  return text ? Number(text) : null;
}

function valueOf(form: HTMLFormElement, name: string): string {
  const field = form.elements.namedItem(name) as { value?: string } | null;
  return field?.value ?? "";
}

/** Return the photographs, made smaller where they are large: they wait here, and go by a thin network. */
async function filesOf(form: HTMLFormElement): Promise<ErrandFile[]> {
  const files: ErrandFile[] = [];
  for (const field of form.querySelectorAll<HTMLInputElement>(".shutter-input")) {
    for (const photo of field.files ?? []) {
      const blob = (photo.size > LARGE ? await reduced(photo) : undefined) ?? photo;
      files.push({ purpose: field.dataset.purpose ?? "", name: photo.name, blob });
    }
  }
  return files;
}

/** Show how it stands with an errand; tell whether there is nothing more to wait for. */
function settled(told: HTMLElement, errand: Errand): boolean {
  if (errand.state === "refused") {
    say(told, "refused", whyRefused(told, errand));
    if (isOvertaken(errand)) hideForms();
    freeze(false);
    showConflict(told, errand, () => location.reload());
    return true;
  }
  if (errand.state === "done") {
    const number = String(errand.answer?.["number"] ?? errand.number ?? "");
    const isFix = errand.kind === "deed" && told.dataset.fixed && number;
    const words = isFix ? told.dataset.fixed?.replace("{number}", number) : told.dataset.sent;
    say(told, "done", words, true);
    if (isFix) showCase(told, number);
    return true;
  }
  if (errand.tries > 0 || !navigator.onLine) say(told, "waiting", told.dataset.waiting, true);
  return false;
}

function say(told: HTMLElement, mood: string, words: string | undefined, ends = false): void {
  const wasSaid = told.dataset.mood === mood;
  told.dataset.mood = mood;
  told.hidden = false;
  const line = told.querySelector<HTMLElement>("[data-words]");
  if (line) line.textContent = words ?? "";
  const on = told.querySelector<HTMLElement>("[data-way-on]");
  if (on) on.hidden = !ends;
  const queue = told.querySelector<HTMLElement>("[data-queue-way]");
  if (queue) queue.hidden = mood !== "waiting";
  if (ends) hideForms();
  if (wasSaid) return;
  told.scrollIntoView({ block: "center" });
  told.focus({ preventScroll: true });
}

function hideForms(): void {
  for (const form of document.querySelectorAll<HTMLElement>("form[data-errand]")) form.hidden = true;
}

function showCase(told: HTMLElement, number: string): void {
  const way = told.querySelector<HTMLAnchorElement>("[data-see]");
  if (!way) return;
  way.href = `/cases/${encodeURIComponent(number)}`;
  way.hidden = false;
}

function freeze(isFrozen: boolean): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-errand]")) {
    delete form.dataset.sent; // see sendOnce
    const buttons = form.querySelectorAll<HTMLButtonElement>("button[type=submit]");
    for (const button of buttons) button.disabled = isFrozen;
  }
}
