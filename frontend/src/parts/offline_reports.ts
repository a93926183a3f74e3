/** The list of what was reported from this phone, with its state. */

import { type Errand, dropErrand, onErrands, retryErrand, sendOnEveryOccasion, shareOf } from "./outbox";
import { keepDraft } from "./outbox_drafts";
import { csrf } from "./uploads_api";

const MARKS: Record<string, string> = { waiting: "◔", sending: "◔", done: "●", refused: "▲" };

/** Show the reports of this phone wherever a page has a place for them. */
export function showReports(): void {
  const place = document.querySelector<HTMLElement>("[data-phone-reports]");
  const list = place?.querySelector("ul");
  const form = place?.querySelector("template");
  if (!place || !list || !form) return;
  onErrands((all) => {
    const reports = all.filter((one) => isMine(one) && !isShown(one)).reverse();
    place.hidden = reports.length === 0;
    list.replaceChildren(...reports.map((one) => line(one, form, place.dataset)));
  });
  sendOnEveryOccasion();
}

/** Tell whether an errand is a resident's: a report, or “mine too”. */
function isMine({ kind, step }: Errand): boolean {
  return kind === "report" || (kind === "step" && step === "support");
}

/** Tell whether the page shows the case of an errand already, as the server knows it. */
function isShown(errand: Errand): boolean {
  if (errand.state !== "done") return false;
  const number = errand.number ?? known(errand).number;
  return document.querySelector(`.mine [data-case="${CSS.escape(number)}"]`) !== null;
}

function line(errand: Errand, form: HTMLTemplateElement, words: DOMStringMap): HTMLElement {
  const row = (form.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
  row.className = `errand-${errand.state}`;
  row.dataset.errand = errand.state;
  put(row, "[data-mark]", MARKS[errand.state] ?? "");
  put(row, "[data-title]", errand.title);
  put(row, "[data-state]", stateOf(errand, words));
  put(row, "[data-made]", moment(errand.madeAt));
  if (errand.problem) show(row, "[data-problem]").textContent = errand.problem.detail;
  if (errand.state === "done" && errand.kind === "report") slip(row, errand, words);
  if (errand.number && ["done", "refused"].includes(errand.state)) {
    const open = show(row, "[data-open]");
    const address = (words.caseAt ?? "").replace(/0$/, errand.number);
    open.addEventListener("click", () => location.assign(address));
  }
  if (errand.state === "refused" && errand.kind === "report") {
    const mend = show(row, "[data-mend]");
    mend.addEventListener("click", () => void mendInForm(errand, words.reportAt ?? ""));
  }
  if (errand.state === "refused" || (errand.state === "waiting" && navigator.onLine)) {
    show(row, "[data-retry]").addEventListener("click", () => void retryErrand(errand.id));
  }
  const drop = row.querySelector("[data-drop]");
  drop?.addEventListener("click", () => void dropErrand(errand.id));
  return row;
}

function stateOf(errand: Errand, words: DOMStringMap): string {
  if (errand.state === "done" && errand.kind === "step") return words.counted ?? "";
  const share = errand.state === "sending" ? shareOf(errand.id) : undefined;
  if (share !== undefined && share < 1) {
    const { lang } = document.documentElement;
    return (words.share ?? "").replace("{share}", share.toLocaleString(lang, { style: "percent" }));
  }
  return words[errand.state] ?? "";
}

function slip(row: HTMLElement, errand: Errand, words: DOMStringMap): void {
  const { number, code } = known(errand);
  show(row, "[data-slip]");
  put(row, "[data-of-number]", number);
  put(row, "[data-of-code]", code);
  show(row, "[data-code-line]").hidden = !code;
  const open = show(row, "[data-open]");
  open.addEventListener("click", () => void goTo(words.doneAt ?? "", number, code));
}

/** Return the number of a report that was sent, and the code that opens it. */
export function known(errand: Errand): { number: string; code: string } {
  const told = errand.answer ?? {};
  const number = String(told["number"] ?? "");
  // Sent twice, the server tells the code no more; the phone has made it.
  return { number, code: String(told["claim_code"] || errand.fields["claim_code"] || "") };
}

/** Open the page of a report, which the server shows to whoever brings its code. */
export async function goTo(address: string, number: string, code: string): Promise<void> {
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  const fields = { number, claim_code: code, csrfmiddlewaretoken: await csrf() };
  for (const [name, value] of Object.entries(fields)) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}

/** Put a report that was not taken back into the form, photographs and all. */
async function mendInForm(errand: Errand, address: string): Promise<void> {
  const { answers, frame, ...rest } = errand.fields;
  const fields: Record<string, string> = { located: frame === "wgs84" ? "1" : "" };
  for (const [name, value] of Object.entries(rest)) fields[name] = String(value ?? "");
  for (const [code, value] of Object.entries(answers ?? {})) fields[`answer_${code}`] = value;
  const savedAt = new Date().toISOString();
  await keepDraft({ name: "report", fields, files: errand.files, step: 0, savedAt });
  await dropErrand(errand.id);
  location.assign(address);
}

function moment(at: string): string {
  const shown = { dateStyle: "medium", timeStyle: "short" } as const;
  const { lang } = document.documentElement;
  // As our pages write it: 22 Nov 2026, 08:41.
  return new Date(at).toLocaleString(lang === "en" ? "en-GB" : lang, shown);
}

function put(row: HTMLElement, selector: string, text: string): void {
  const place = row.querySelector(selector);
  if (place) place.textContent = text;
}

function show(row: HTMLElement, selector: string): HTMLElement {
  const place = row.querySelector<HTMLElement>(selector) ?? row;
  place.hidden = false;
  return place;
}
