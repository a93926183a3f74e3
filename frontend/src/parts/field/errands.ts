/** Forms that go through the outbox: sent at once with a network, by themselves without one. */

import { type Errand, type ErrandFile, type NewErrand, keepErrand, onErrands, sendErrands } from "../outbox";
import { showConflict } from "./conflicts";
import { place } from "./fixing";

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

async function send(form: HTMLFormElement): Promise<void> {
  const told = document.querySelector<HTMLElement>("[data-errand-told]");
  if (!told) return;
  if (form.dataset.errand === "fix") await place(form);
  say(told, "sending", told.dataset.sending);
  freeze(true);
  let errand: Errand;
  try {
    errand = await keepErrand(form.dataset.errand === "fix" ? fixOf(form) : stepOf(form));
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

function stepOf(form: HTMLFormElement): NewErrand {
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
    files: filesOf(form),
  };
}

function fixOf(form: HTMLFormElement): NewErrand {
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
    files: filesOf(form),
  };
}

function degrees(text: string): number | null {
  return text ? Number(text) : null;
}

function valueOf(form: HTMLFormElement, name: string): string {
  const field = form.elements.namedItem(name) as { value?: string } | null;
  return field?.value ?? "";
}

function filesOf(form: HTMLFormElement): ErrandFile[] {
  return [...form.querySelectorAll<HTMLInputElement>(".shutter-input")].flatMap((field) =>
    [...(field.files ?? [])].map((blob) => ({
      purpose: field.dataset.purpose ?? "",
      name: blob.name,
      blob,
    })),
  );
}

/** Show how it stands with an errand; tell whether there is nothing more to wait for. */
function settled(told: HTMLElement, errand: Errand): boolean {
  if (errand.state === "refused") {
    say(told, "refused", errand.problem?.detail);
    freeze(false);
    showConflict(told, errand, () => location.reload());
    return true;
  }
  if (errand.state === "done") {
    say(told, "done", told.dataset.sent, true);
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
  if (ends) for (const form of document.querySelectorAll<HTMLElement>("form[data-errand]")) form.hidden = true;
  if (wasSaid) return;
  told.scrollIntoView({ block: "center" });
  told.focus({ preventScroll: true });
}

function freeze(isFrozen: boolean): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-errand]")) {
    delete form.dataset.sent; // see sendOnce
    const buttons = form.querySelectorAll<HTMLButtonElement>("button[type=submit]");
    for (const button of buttons) button.disabled = isFrozen;
  }
}
