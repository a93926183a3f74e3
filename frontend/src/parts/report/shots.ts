/** The photographs of a report: chosen, shown, taken away again, made smaller where they must. */

import { notedIn, reduced } from "../exif";
import type { ErrandFile } from "../outbox";

const USUAL = 4_000_000; // bytes; up to here the original is sent, whatever the network
const LARGEST = 20_000_000; // bytes; beyond, a copy is sent, as the server would refuse it

interface Network {
  effectiveType?: string;
  saveData?: boolean;
}

export class Shots {
  readonly files: ErrandFile[] = [];
  private readonly list: HTMLElement | null;
  private readonly field: HTMLInputElement | null;
  private readonly told: HTMLElement | null;

  constructor(private readonly form: HTMLFormElement) {
    this.list = form.querySelector("[data-shots]");
    this.field = form.querySelector("#photos");
    this.told = form.querySelector("[data-photo-trouble]");
    this.field?.addEventListener("change", () => this.choose());
  }

  /** Put photographs beside those that are there. */
  add(files: ErrandFile[]): void {
    const most = Number(this.form.dataset.most) || 6;
    const room = Math.max(most - this.files.length, 0);
    this.files.push(...files.slice(0, room));
    if (this.told) {
      this.told.hidden = files.length <= room;
      this.told.textContent = this.form.dataset.tooMany ?? "";
    }
    this.draw();
    for (const file of files.slice(0, room)) void this.propose(file);
  }

  /** Return the photographs as they are sent: originals, unless the network is too slow. */
  async toSend(): Promise<ErrandFile[]> {
    return Promise.all(this.files.map(async (file) => {
      const isLarge = file.blob.size > LARGEST || (file.blob.size > USUAL && isSlow());
      const copy = isLarge ? await reduced(file.blob) : undefined;
      return copy ? { ...file, blob: copy } : file;
    }));
  }

  /** Put the photographs back into the field, for the ordinary way of a form. */
  intoField(): void {
    if (!this.field) return;
    const transfer = new DataTransfer();
    for (const { blob, name } of this.files) {
      transfer.items.add(new File([blob], name, { type: blob.type }));
    }
    this.field.files = transfer.files;
  }

  private choose(): void {
    const chosen = [...(this.field?.files ?? [])];
    if (!chosen.length) return;
    this.add(chosen.map((blob) => ({ purpose: "before", name: blob.name, blob })));
    // The same photograph may be chosen again after it was taken away.
    if (this.field) this.field.value = "";
    this.form.dispatchEvent(new Event("report:shots"));
  }

  private draw(): void {
    if (!this.list) return;
    this.list.hidden = this.files.length === 0;
    this.list.replaceChildren(...this.files.map((file) => this.shown(file)));
  }

  private shown(file: ErrandFile): HTMLLIElement {
    const item = document.createElement("li");
    const picture = document.createElement("img");
    picture.alt = file.name;
    picture.src = URL.createObjectURL(file.blob);
    picture.onload = picture.onerror = () => URL.revokeObjectURL(picture.src);
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "✕";
    remove.setAttribute("aria-label", `${this.form.dataset.remove ?? ""}: ${file.name}`);
    remove.addEventListener("click", () => {
      this.files.splice(this.files.indexOf(file), 1);
      this.draw();
      this.form.dispatchEvent(new Event("report:shots"));
    });
    item.append(picture, remove);
    const isReduced = file.blob.size > LARGEST || (file.blob.size > USUAL && isSlow());
    if (isReduced) item.append(note(this.form.dataset.reduced ?? ""));
    return item;
  }

  /** Offer the place that a photograph names, once, while there is no other. */
  private async propose(file: ErrandFile): Promise<void> {
    const { longitude, latitude, takenAt } = await notedIn(file.blob);
    const offer = document.querySelector<HTMLTemplateElement>("template[data-photo-place]");
    const place = this.form.querySelector("[data-screen=place]");
    if (longitude === undefined || latitude === undefined || !offer || !place) return;
    if (place.querySelector(".photo-place")) return;
    const box = offer.content.firstElementChild?.cloneNode(true) as HTMLElement;
    const words = box.querySelector("[data-photo-place-words]");
    const told = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
    const when = takenAt ? ` (${takenAt.slice(0, 10).replaceAll(":", "-")} ${takenAt.slice(11, 16)})` : "";
    if (words) words.textContent = `${this.form.dataset.photoPlace} ${told}${when}`;
    box.querySelector("button")?.addEventListener("click", () => {
      this.use(longitude, latitude);
      if (words) words.textContent = this.form.dataset.photoUsed ?? "";
      box.querySelector("button")?.remove();
    });
    place.querySelector("legend")?.after(box);
  }

  private use(longitude: number, latitude: number): void {
    const put = (selector: string, text: string) => {
      const field = this.form.querySelector<HTMLInputElement>(selector);
      if (!field) return;
      field.value = text;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    };
    put("[data-located-flag]", "1"); // a camera notes WGS 84
    put("#longitude", longitude.toFixed(6));
    put("#latitude", latitude.toFixed(6));
  }
}

function note(words: string): HTMLElement {
  const told = document.createElement("small");
  told.textContent = words;
  return told;
}

function isSlow(): boolean {
  const network = (navigator as { connection?: Network }).connection;
  if (!network) return false;
  return Boolean(network.saveData) || !["4g", undefined].includes(network.effectiveType);
}
