/** What is asked besides, for the kind that is chosen. */

export class Questions {
  private readonly keys: Record<string, string[]>;
  private readonly place: HTMLElement | null;
  private asked = "";

  constructor(private readonly form: HTMLFormElement) {
    this.place = form.querySelector("[data-questions]");
    const told = document.getElementById("question-keys")?.textContent;
    this.keys = told ? (JSON.parse(told) as Record<string, string[]>) : {};
  }

  /** Show the questions of the kind; what was answered to the same ones stays. */
  ask(): void {
    const kind = this.form.querySelector<HTMLSelectElement>("#category_code")?.value ?? "";
    if (kind === this.asked || !this.place) return;
    this.asked = kind;
    const parts = (this.keys[kind] ?? []).map((key) => {
      const part = document.querySelector<HTMLTemplateElement>(
        `template[data-question="${CSS.escape(key)}"]`,
      );
      return part?.content.cloneNode(true) ?? new DocumentFragment();
    });
    this.place.replaceChildren(...parts);
  }

  /** Return the answers by the codes of the questions; null when nothing was asked. */
  answers(): Record<string, string> | null {
    if (!this.keys[this.asked]) return null;
    const given: Record<string, string> = {};
    for (const [name, value] of new FormData(this.form)) {
      if (name.startsWith("answer_")) given[name.slice("answer_".length)] = String(value);
    }
    return given;
  }

  /** Return the first question that must be answered and is not. */
  mistake(): { screen: string; words: string } | null {
    const fields = this.place?.querySelectorAll<HTMLInputElement>("input:invalid") ?? [];
    const first = fields[0];
    if (!first) return null;
    const named = first.closest("fieldset.field")?.querySelector("legend") ?? first.labels?.[0];
    const words = `${named?.textContent?.trim() ?? ""} ${this.form.dataset.needsAnswer ?? ""}`;
    return { screen: "kind", words };
  }
}
