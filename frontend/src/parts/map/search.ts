// Places found while an address is typed: a combobox, as WAI-ARIA describes it, over a field
// that is useful without it.

const PAUSE = 250; // milliseconds without a key until it is searched
const SHORTEST = 2;

interface Found {
  readonly label: string;
  readonly detail?: string;
  readonly longitude: number;
  readonly latitude: number;
}

/** Let every field that names a search propose places. */
export function searchAddresses(): void {
  for (const box of document.querySelectorAll<HTMLElement>("[data-search]")) {
    const field = document.querySelector<HTMLInputElement>(box.dataset.searchField ?? "#address");
    if (field) new Search(box, field);
  }
}

class Search {
  private readonly list = document.createElement("ul");
  private found: readonly Found[] = [];
  private here = -1;
  private turn = 0;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly box: HTMLElement,
    private readonly field: HTMLInputElement,
  ) {
    const holder = document.createElement("span");
    holder.className = "search-found";
    this.list.className = "search-list";
    this.list.id = `${field.id}-found`;
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", box.dataset.searchLabel ?? "");
    holder.append(this.list);
    field.after(holder);
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-expanded", "false");
    field.setAttribute("aria-controls", this.list.id);
    field.autocomplete = "off";
    field.addEventListener("input", () => this.wait());
    field.addEventListener("keydown", (event) => this.press(event));
    field.addEventListener("blur", () => setTimeout(() => this.close(), 150));
  }

  private wait(): void {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => void this.ask(), PAUSE);
  }

  private async ask(): Promise<void> {
    const words = this.field.value.trim();
    if (words.length < SHORTEST) return this.close();
    const turn = (this.turn += 1);
    const address = new URL(this.box.dataset.search ?? "", location.href);
    address.searchParams.set("q", words);
    const near = this.near();
    if (near) address.searchParams.set("near", near);
    const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
    const told = answer?.ok ? await answer.json() : null;
    if (turn !== this.turn) return;
    if (!answer) return this.say(""); // without network nobody knows
    this.open(placesIn(told));
  }

  /** Return the position in the form, if one is known: the nearer of two alike is meant. */
  private near(): string {
    const value = (name: string) =>
      this.field.form?.querySelector<HTMLInputElement>(`[name=${name}]`)?.value.trim() ?? "";
    const [longitude, latitude] = [value("longitude"), value("latitude")];
    return longitude && latitude ? `${longitude},${latitude}` : "";
  }

  private open(found: readonly Found[]): void {
    this.found = found;
    this.here = -1;
    this.list.replaceChildren(...found.map((one, place) => this.line(one, place)));
    this.list.hidden = found.length === 0;
    this.field.setAttribute("aria-expanded", String(found.length > 0));
    this.field.removeAttribute("aria-activedescendant");
    const told = this.box.dataset.searchTold ?? "";
    const none = this.box.dataset.searchNone ?? "";
    this.say(found.length ? told.replace("{count}", String(found.length)) : none);
  }

  private line(one: Found, place: number): HTMLLIElement {
    const line = document.createElement("li");
    line.id = `${this.list.id}-${place}`;
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    line.append(one.label);
    if (one.detail) {
      const detail = document.createElement("small");
      detail.textContent = one.detail;
      line.append(detail);
    }
    line.addEventListener("pointerdown", (event) => event.preventDefault());
    line.addEventListener("click", () => this.choose(place));
    return line;
  }

  private press(event: KeyboardEvent): void {
    if (this.list.hidden) return;
    const last = this.found.length - 1;
    const to = { ArrowDown: this.here + 1, ArrowUp: this.here - 1 }[event.key];
    if (to !== undefined) this.go(to > last ? 0 : to < 0 ? last : to);
    else if (event.key === "Enter" && this.here >= 0) this.choose(this.here);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
  }

  private go(place: number): void {
    this.here = place;
    for (const [number, line] of [...this.list.children].entries()) {
      line.setAttribute("aria-selected", String(number === place));
      if (number === place) line.scrollIntoView({ block: "nearest" });
    }
    this.field.setAttribute("aria-activedescendant", `${this.list.id}-${place}`);
  }

  private choose(place: number): void {
    const one = this.found[place];
    this.close();
    if (!one) return;
    this.field.value = one.label;
    const form = this.field.form ?? document;
    const values = { located: "1", longitude: one.longitude.toFixed(6), latitude: one.latitude.toFixed(6) };
    const fields = Object.entries(values).map(([name, value]) => {
      const field = form.querySelector<HTMLInputElement>(`[name=${name}]`);
      if (field) field.value = value;
      return field;
    });
    for (const field of fields.slice(1)) field?.dispatchEvent(new Event("change", { bubbles: true }));
    this.say(this.box.dataset.searchChosen ?? "");
  }

  private close(): void {
    this.turn += 1;
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  private say(words: string): void {
    this.box.textContent = words;
  }
}

/** Return the places of an answer that have a name and a position. */
function placesIn(told: unknown): Found[] {
  const rows = (Array.isArray(told) ? told : []) as Partial<Record<string, unknown>>[];
  return rows
    .map((row) => ({
      label: String(row.name ?? ""),
      detail: [row.kind_name, row.area].filter(Boolean).join(" · "),
      longitude: Number(row.longitude),
      latitude: Number(row.latitude),
    }))
    .filter((one) => one.label && Number.isFinite(one.longitude) && Number.isFinite(one.latitude));
}
