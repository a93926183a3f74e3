/** What to do with an errand that was refused: look, send it all the same, or drop it. */

import { type Errand, dropErrand, retryErrand } from "../outbox";

const CHANGED = "case.changed_meanwhile";
const OVERTAKEN = "case.step_out_of_turn";

/** Tell whether the case has gone on, so that the step is of no use any more. */
export function isOvertaken(errand: Errand): boolean {
  return errand.problem?.code === OVERTAKEN;
}

/** Return why an errand was refused, and first of all that it is not needed, where it is so. */
export function whyRefused(box: HTMLElement, errand: Errand): string {
  const first = box.querySelector<HTMLElement>("[data-conflict]")?.dataset.overtaken;
  const told = isOvertaken(errand) ? [first] : [];
  return [...told, errand.problem?.detail].filter(Boolean).join(" ");
}

/** Show the choices that a refused errand leaves. */
export function showConflict(box: HTMLElement, errand: Errand, dropped: () => void): void {
  const choices = box.querySelector<HTMLElement>("[data-conflict]");
  if (!choices) return;
  choices.hidden = false;
  const open = choices.querySelector<HTMLAnchorElement>("[data-open]");
  const anyway = choices.querySelector<HTMLButtonElement>("[data-anyway]");
  const drop = choices.querySelector<HTMLButtonElement>("[data-drop]");
  if (open) {
    open.hidden = !errand.number;
    open.href = `/cases/${encodeURIComponent(errand.number ?? "")}`;
  }
  if (anyway) {
    // Whether the step still makes sense is judged by the server, from where the case is now.
    const version = errand.problem?.facts["version"];
    const { code, status } = errand.problem ?? {};
    const mayNever = status === 403;
    anyway.hidden = code === CHANGED ? typeof version !== "number" : mayNever || Boolean(errand.number);
    anyway.onclick = () => {
      choices.hidden = true;
      void retryErrand(errand.id, typeof version === "number" ? { version } : {}).then(dropped);
    };
  }
  if (drop) drop.onclick = () => void dropErrand(errand.id).then(dropped);
}
