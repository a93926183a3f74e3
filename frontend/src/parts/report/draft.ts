/** What was begun stays on this phone, photographs and all, until it is sent or discarded. */

import { draftOf, dropDraft, keepDraft } from "../outbox_drafts";
import type { Shots } from "./shots";

const NAME = "report";
const PAUSE = 300; // milliseconds after the last change
const NEVER = new Set(["csrfmiddlewaretoken", "case_id", "claim_code", "photos", "next"]);

const PLACE = ["address", "longitude", "latitude", "located"];

export class ReportDraft {
  private alarm: ReturnType<typeof setTimeout> | undefined;
  private isOver = false;
  private readonly box: HTMLElement | null;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly shots: Shots,
  ) {
    this.box = form.querySelector("[data-draft]");
    for (const name of ["input", "change", "report:shots"]) {
      form.addEventListener(name, () => this.keepSoon());
    }
    addEventListener("pagehide", () => void this.keep());
    this.box?.querySelector("button")?.addEventListener("click", () => {
      void this.drop().then(() => location.replace(location.pathname));
    });
  }

  /** Put back what was begun, if anything; what a link to the form gives goes before. */
  async restore(filled: () => void): Promise<boolean> {
    const draft = await draftOf(NAME).catch(() => undefined);
    if (!draft) return false;
    // A link that brings a place along means that place, not parts of an older one.
    const hasPlace = PLACE.some((name) => this.fields()[name]);
    const isWanted = (name: string) => !(hasPlace && PLACE.includes(name));
    this.fill(draft.fields, (name) => !name.startsWith("answer_") && isWanted(name));
    filled();
    this.fill(draft.fields, (name) => name.startsWith("answer_"));
    this.shots.add(draft.files);
    this.tell(this.form.dataset.resumed ?? "");
    return true;
  }

  /** Forget it. */
  async drop(): Promise<void> {
    this.isOver = true;
    clearTimeout(this.alarm);
    await dropDraft(NAME).catch(() => undefined);
  }

  private fill(fields: Record<string, string>, wanted: (name: string) => boolean): void {
    for (const [name, text] of Object.entries(fields)) {
      const field = this.form.elements.namedItem(name);
      if (!wanted(name) || !field) continue;
      if (field instanceof RadioNodeList) field.value = text;
      else if (isWritable(field) && !field.value) field.value = text;
    }
  }

  private keepSoon(): void {
    clearTimeout(this.alarm);
    this.alarm = setTimeout(() => void this.keep(), PAUSE);
  }

  private async keep(): Promise<void> {
    const fields = this.fields();
    const hasSomething = this.shots.files.length > 0 || Object.values(fields).some(Boolean);
    if (this.isOver || !hasSomething) return;
    const savedAt = new Date().toISOString();
    try {
      await keepDraft({ name: NAME, fields, files: [...this.shots.files], step: 0, savedAt });
      this.tell(this.form.dataset.kept ?? "");
    } catch {
      this.tell(this.form.dataset.unkept ?? "");
    }
  }

  private fields(): Record<string, string> {
    const given: Record<string, string> = {};
    for (const [name, text] of new FormData(this.form)) {
      if (!NEVER.has(name) && typeof text === "string") given[name] = text;
    }
    return given;
  }

  private tell(words: string): void {
    const told = this.box?.querySelector("[data-draft-told]");
    if (!this.box || !told) return;
    told.textContent = words;
    this.box.hidden = false;
  }
}

type Writable = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function isWritable(field: Element): field is Writable {
  return field.matches("input, select, textarea");
}
