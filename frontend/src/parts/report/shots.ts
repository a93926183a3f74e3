/** The photographs of a report: chosen, shown, taken away again, made smaller where they must. */

import { notedIn, reduced } from "../exif";
import type { ErrandFile } from "../outbox";
import { hasPlace, placeAt, putPlace } from "./placed";

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
  private readonly summary: HTMLElement | null;

  constructor(private readonly form: HTMLFormElement) {
    this.list = form.querySelector("[data-shots]");
    this.field = form.querySelector("#photos");
    this.told = form.querySelector("[data-photo-trouble]");
    this.summary = form.querySelector("[data-summary-of=photos]");
    for (const one of form.querySelectorAll<HTMLInputElement>(".photo-way input")) {
      one.addEventListener("change", () => this.choose(one));
    }
    this.draw();
  }

  /** Put photographs beside those that are there. */
  add(given: ErrandFile[]): void {
    const { tooMany = "", noPicture = "", most = "" } = this.form.dataset;
    const files = given.filter(isPicture);
    const room = Math.max((Number(most) || 6) - this.files.length, 0);
    this.files.push(...files.slice(0, room));
    const others = given.filter((one) => !isPicture(one));
    const told = others.map((one) => noPicture.replace("{name}", one.name));
    if (files.length > room) told.push(tooMany);
    if (this.told) {
      this.told.hidden = told.length === 0;
      this.told.textContent = told.join(" ");
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

  private choose(field: HTMLInputElement): void {
    const chosen = [...(field.files ?? [])];
    if (!chosen.length) return;
    this.add(chosen.map((blob) => ({ purpose: "before", name: blob.name, blob })));
    // The same photograph may be chosen again after it was taken away.
    field.value = "";
    this.form.dispatchEvent(new Event("report:shots"));
  }

  private draw(): void {
    if (!this.list) return;
    this.list.hidden = this.files.length === 0;
    this.list.replaceChildren(...this.files.map((file) => this.shown(file)));
    this.form.classList.toggle("has-shots", this.files.length > 0);
    if (!this.summary) return;
    if (this.files.length) this.summary.replaceChildren(...this.files.map(pictureOf));
    else this.summary.textContent = this.form.dataset.noPhoto ?? "";
  }

  private shown(file: ErrandFile): HTMLLIElement {
    const item = document.createElement("li");
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "✕";
    remove.setAttribute("aria-label", `${this.form.dataset.remove ?? ""}: ${file.name}`);
    remove.addEventListener("click", () => {
      this.files.splice(this.files.indexOf(file), 1);
      this.draw();
      this.form.dispatchEvent(new Event("report:shots"));
    });
    item.append(pictureOf(file), remove);
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
    if (place.querySelector(".photo-place") || hasPlace(this.form)) return;
    const box = offer.content.firstElementChild?.cloneNode(true) as HTMLElement;
    const words = box.querySelector("[data-photo-place-words]");
    const when = takenAt ? ` (${takenAt.slice(0, 10).replaceAll(":", "-")} ${takenAt.slice(11, 16)})` : "";
    const tell = (told: string) => {
      if (words) words.textContent = `${this.form.dataset.photoPlace} ${told}${when}`;
    };
    tell(`${latitude.toFixed(5)}, ${longitude.toFixed(5)}`);
    box.querySelector("button")?.addEventListener("click", () => {
      putPlace(this.form, longitude, latitude); // a camera notes WGS 84
      box.remove();
    });
    place.querySelector("legend")?.after(box);
    const here = await placeAt(this.form, longitude, latitude);
    if (here) tell(here);
  }
}

function isPicture({ blob }: ErrandFile): boolean {
  return !blob.type || blob.type.startsWith("image/"); // some phones name no type
}

function pictureOf(file: ErrandFile): HTMLImageElement {
  const picture = document.createElement("img");
  picture.alt = file.name;
  picture.src = URL.createObjectURL(file.blob);
  picture.onload = picture.onerror = () => URL.revokeObjectURL(picture.src);
  return picture;
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
