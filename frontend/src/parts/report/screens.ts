/** One screen after the other on a phone; all on one page on a desk. */

/** What is missing or wrong, and on which screen. */
export interface Mistake {
  readonly screen: string;
  readonly words: string;
}

const NARROW = matchMedia("(max-width: 44rem)");

export class Screens {
  private readonly names: string[];
  private readonly main: HTMLButtonElement | null;
  private readonly back: HTMLButtonElement;
  private at: number;

  constructor(private readonly form: HTMLFormElement) {
    const all = form.querySelectorAll<HTMLElement>("[data-screen]");
    this.names = [...all].map((one) => one.dataset.screen ?? "");
    this.main = form.querySelector<HTMLButtonElement>(".go-on .main");
    this.back = document.createElement("button");
    this.back.type = "button";
    this.back.className = "back";
    this.back.textContent = form.dataset.back ?? "";
    this.back.addEventListener("click", () => this.go(this.at - 1));
    this.main?.before(this.back);
    this.at = Math.min(Math.max(screenOf(history.state), 0), this.names.length - 1);
    NARROW.addEventListener("change", () => this.show());
    form.addEventListener("report:alike", () => this.show());
    // Back on the phone itself is one screen back, not away from the form.
    addEventListener("popstate", (event) => {
      const to = screenOf((event as PopStateEvent).state);
      if (!form.hidden && to !== this.at) this.turnTo(to);
    });
    this.show();
  }

  /** Begin with the first screen: nothing is entered that another could go on with. */
  beginAnew(): void {
    if (this.at === 0) return;
    history.replaceState({ screen: 0 }, "");
    this.at = 0;
    this.show();
  }

  /** Leave the way back free once all is sent: its screens are of no use any more. */
  async leave(): Promise<void> {
    if (!NARROW.matches || this.at === 0) return;
    const gone = new Promise((done) => {
      addEventListener("popstate", done, { once: true });
      setTimeout(done, 300); // milliseconds, where there was no way back
    });
    history.go(-this.at);
    this.at = 0;
    await gone;
  }

  /** Go to the next screen, if this one is in order; true when the report may be sent. */
  goOn(mistake: Mistake | null): boolean {
    this.clear();
    if (!NARROW.matches || this.at === this.names.length - 1) return true;
    if (mistake && mistake.screen === this.names[this.at]) this.tell(mistake);
    else this.go(this.at + 1);
    return false;
  }

  /** Say what is missing, where it is. */
  tell({ screen, words }: Mistake): void {
    const place = this.names.indexOf(screen);
    if (place >= 0 && NARROW.matches) this.go(place);
    const told = this.form.querySelector<HTMLElement>("[data-form-trouble]");
    if (!told) return;
    told.textContent = words;
    told.hidden = false;
    told.focus();
  }

  /** Keep the report from being sent twice while it is packed. */
  busy(is: boolean): void {
    if (this.main) this.main.disabled = is;
  }

  private clear(): void {
    const told = this.form.querySelector<HTMLElement>("[data-form-trouble]");
    if (told) told.hidden = true;
  }

  private go(to: number): void {
    const steps = to - this.at;
    if (steps === 0) return;
    if (steps > 0) history.pushState({ screen: to }, "");
    else history.go(steps);
    this.turnTo(to);
  }

  private turnTo(to: number): void {
    this.at = Math.max(0, Math.min(to, this.names.length - 1));
    this.clear();
    this.show();
    const screen = this.form.querySelector<HTMLElement>(`[data-screen=${this.names[this.at]}]`);
    screen?.setAttribute("tabindex", "-1");
    screen?.focus({ preventScroll: true });
    this.form.scrollIntoView();
  }

  private show(): void {
    const name = this.names[this.at] ?? "";
    const isLast = !NARROW.matches || this.at === this.names.length - 1;
    this.form.dataset.at = name;
    this.sum();
    this.back.hidden = !NARROW.matches || this.at === 0;
    for (const step of this.form.querySelectorAll<HTMLElement>(".way [data-to]")) {
      if (step.dataset.to === name) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    }
    if (!this.main) return;
    const { next = "", send = "", sendAllTheSame = "" } = this.form.dataset;
    const hasAlike = this.form.querySelector("[data-alike-here]")?.hasChildNodes();
    this.main.textContent = isLast ? (hasAlike ? sendAllTheSame : send) : next;
  }

  /** Sum up what was entered before it is sent. */
  private sum(): void {
    const text = (selector: string) =>
      this.form.querySelector<HTMLInputElement>(selector)?.value.trim() ?? "";
    const kind = this.form.querySelector<HTMLSelectElement>("#category_code");
    const position = [text("#longitude"), text("#latitude")].filter(Boolean).join(", ");
    const told: Record<string, string> = {
      place: [text("#address"), this.form.dataset.placeWords || position].filter(Boolean).join(" · ") || "–",
      kind: kind?.selectedOptions[0]?.text ?? "–",
      words: text("#text") || "–",
    };
    for (const [name, words] of Object.entries(told)) {
      const place = this.form.querySelector(`[data-summary-of=${name}]`);
      if (place) place.textContent = words;
    }
  }
}

/** Return which screen an entry of the history stands for; the first for those of others. */
function screenOf(state: unknown): number {
  const { screen } = (state ?? {}) as { screen?: unknown };
  return typeof screen === "number" ? screen : 0;
}
