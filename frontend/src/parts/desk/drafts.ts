// What was typed for a case stays with it while other cases are looked at.

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const typed = new Map<string, Map<string, string>>();
const FIELDS = "#pane form input:not([type=hidden]), #pane form textarea, #pane form select";

/** Keep what is entered beside the list, until its step is taken. */
export function keepTyped(): void {
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, ({ target }) => {
      if (!(target instanceof HTMLElement) || !target.matches(FIELDS)) return;
      const kept = typed.get(caseOf(target)) ?? new Map<string, string>();
      kept.set(keyOf(target as Field), (target as Field).value);
      typed.set(caseOf(target), kept);
    });
  }
}

/** Put back what was typed for the case that is shown; forget it once a step was taken. */
export function restoreTyped(pane: HTMLElement): void {
  const number = pane.querySelector<HTMLElement>("[data-case]")?.dataset.case ?? "";
  if (pane.querySelector(".done-here")) typed.delete(number);
  const kept = typed.get(number);
  if (!kept) return;
  for (const field of pane.querySelectorAll<Field>("form input, form textarea, form select")) {
    const value = kept.get(keyOf(field));
    if (value === undefined || field.type === "hidden") continue;
    if (field.type === "radio") (field as HTMLInputElement).checked = field.value === value;
    else field.value = value;
    const folded = field.closest("details");
    if (folded && value && field.type !== "radio") folded.open = true;
  }
}

/** Return whether something was typed for a case whose step is not yet taken. */
export function hasTyped(number: string): boolean {
  return typed.has(number);
}

function caseOf(field: HTMLElement): string {
  return field.closest<HTMLElement>("[data-case]")?.dataset.case ?? "";
}

function keyOf(field: Field): string {
  return `${field.form?.id} ${field.name}`;
}
