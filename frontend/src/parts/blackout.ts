// Drawing boxes over a picture.  The fields are the truth; what is drawn follows them.

const EDGES = ["x", "y", "width", "height"] as const;
type Edge = (typeof EDGES)[number];
type Box = Record<Edge, number>; // per cent of the picture
const STEP = 1; // per cent that an arrow key moves
const LEAST = 0.5; // per cent; a smaller drag is a slip of the hand
const FRESH: Box = { x: 40, y: 40, width: 20, height: 20 };

export function drawBoxes(): void {
  const board = document.querySelector<HTMLElement>("[data-board]");
  const form = document.querySelector<HTMLFormElement>("[data-boxes]");
  if (board && form) new Board(board, form).start();
}

class Board {
  private readonly drawn = new Map<HTMLElement, HTMLElement>(); // by fieldset

  constructor(
    private readonly board: HTMLElement,
    private readonly form: HTMLFormElement,
  ) {}

  start(): void {
    for (const one of document.querySelectorAll<HTMLElement>("[data-with-script]")) {
      one.hidden = false;
    }
    this.form.querySelector<HTMLDetailsElement>("[data-numbers]")?.removeAttribute("open");
    for (const row of this.rows()) this.follow(row);
    this.form.addEventListener("input", () => this.drawAll());
    this.form.querySelector("[data-add-box]")?.addEventListener("click", () => {
      this.add(FRESH)?.focus();
    });
    this.form.querySelector("[data-preview]")?.addEventListener("click", (event) => {
      const isBlack = this.board.classList.toggle("is-black");
      (event.currentTarget as HTMLElement).setAttribute("aria-pressed", `${isBlack}`);
    });
    this.board.addEventListener("pointerdown", (event) => this.press(event));
    this.followSuggestions();
    this.drawAll();
  }

  /** What a program suggests: ticked in the list or by a tap, and dark as long as it is ticked. */
  private followSuggestions(): void {
    const ticks = this.ticks();
    for (const tick of ticks) {
      const shown = this.suggestion(tick.value);
      const show = (): void => void shown?.classList.toggle("is-taken", tick.checked);
      tick.addEventListener("change", show);
      tick.addEventListener("focus", () => shown?.classList.add("is-named"));
      tick.addEventListener("blur", () => shown?.classList.remove("is-named"));
      show(); // a browser remembers what was ticked before a page was loaded anew
    }
    this.form.querySelector("[data-take-all]")?.addEventListener("click", (event) => {
      event.preventDefault();
      for (const tick of ticks) setTick(tick, true);
    });
  }

  private ticks(): HTMLInputElement[] {
    return [...this.form.querySelectorAll<HTMLInputElement>("[name=take]")];
  }

  private suggestion(place: string): Element | null {
    return this.board.querySelector(`[data-suggestion="${place}"]`);
  }

  private rows(): HTMLElement[] {
    return [...this.form.querySelectorAll<HTMLElement>("[data-box]")];
  }

  private follow(row: HTMLElement): void {
    if (this.drawn.has(row)) return;
    const box = document.createElement("button");
    box.type = "button";
    box.className = "board-box";
    box.hidden = true;
    const place = this.rows().indexOf(row) + 1;
    box.setAttribute("aria-label", (this.form.dataset.boxLabel ?? "").replace("{n}", `${place}`));
    box.addEventListener("keydown", (event) => this.key(event, row));
    this.board.append(box);
    this.drawn.set(row, box);
  }

  /** Put a box into the first empty row, or into a new one; return what is drawn. */
  private add(box: Box): HTMLElement | undefined {
    const rows = this.rows();
    let row = rows.find((one) => read(one) === null);
    const last = rows.at(-1);
    if (!row && last) {
      row = last.cloneNode(true) as HTMLElement;
      last.after(row);
      const legend = row.querySelector("legend");
      const label = (this.form.dataset.boxLabel ?? "").replace("{n}", `${rows.length + 1}`);
      if (legend) legend.textContent = label;
      this.follow(row);
    }
    if (!row) return undefined;
    this.write(row, box);
    return this.drawn.get(row);
  }

  private write(row: HTMLElement, box: Box | null): void {
    for (const edge of EDGES) field(row, edge).value = box ? `${+box[edge].toFixed(2)}` : "";
    this.draw(row);
  }

  private drawAll(): void {
    for (const row of this.rows()) this.draw(row);
  }

  private draw(row: HTMLElement): void {
    const shown = this.drawn.get(row);
    const box = read(row);
    if (!shown) return;
    shown.hidden = box === null;
    if (!box) return;
    shown.style.left = `${box.x}%`;
    shown.style.top = `${box.y}%`;
    shown.style.width = `${box.width}%`;
    shown.style.height = `${box.height}%`;
  }

  private key(event: KeyboardEvent, row: HTMLElement): void {
    const box = read(row);
    const way = WAYS[event.key];
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.write(row, null);
      this.form.querySelector<HTMLElement>("[data-add-box]")?.focus();
    } else if (box && way) {
      event.preventDefault();
      const [across, down] = way;
      const moved = event.shiftKey
        ? { ...box, width: box.width + across * STEP, height: box.height + down * STEP }
        : { ...box, x: box.x + across * STEP, y: box.y + down * STEP };
      this.write(row, within(moved));
    }
  }

  private press(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    const start = this.point(event);
    const taken = [...this.drawn].find(([, shown]) => shown === event.target);
    const before = taken ? read(taken[0]) : null;
    let row = taken?.[0];
    taken?.[1].focus();
    const suggested = (event.target as Element).closest<SVGElement>("[data-suggestion]");
    const tick = this.ticks().find((one) => one.value === suggested?.dataset.suggestion);
    const move = (now: PointerEvent): void => {
      const here = this.point(now);
      if (row && before) {
        const shifted = { ...before, x: before.x + here.x - start.x, y: before.y + here.y - start.y };
        this.write(row, within(shifted));
        return;
      }
      const box = between(start, here);
      if (!row && Math.min(box.width, box.height) < LEAST) return;
      if (!row) {
        const shown = this.add(box);
        row = [...this.drawn].find(([, one]) => one === shown)?.[0];
      }
      if (row) this.write(row, box);
    };
    const end = (last: PointerEvent): void => {
      if (tick && !row && last.type === "pointerup") setTick(tick, !tick.checked);
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  }

  private point(event: PointerEvent): { x: number; y: number } {
    const { left, top, width, height } = this.board.getBoundingClientRect();
    return {
      x: clamp((100 * (event.clientX - left)) / width),
      y: clamp((100 * (event.clientY - top)) / height),
    };
  }
}

const WAYS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function setTick(tick: HTMLInputElement, isTicked: boolean): void {
  tick.checked = isTicked;
  tick.dispatchEvent(new Event("change"));
}

function field(row: HTMLElement, edge: Edge): HTMLInputElement {
  return row.querySelector<HTMLInputElement>(`[name=${edge}]`) as HTMLInputElement;
}

function read(row: HTMLElement): Box | null {
  const values = EDGES.map((edge) => parseFloat(field(row, edge).value.replace(",", ".")));
  if (values.some((value) => !Number.isFinite(value))) return null;
  const [x, y, width, height] = values as [number, number, number, number];
  return { x, y, width, height };
}

function clamp(value: number): number {
  return Math.min(Math.max(value, 0), 100);
}

function within(box: Box): Box {
  const width = Math.min(Math.max(box.width, STEP), 100);
  const height = Math.min(Math.max(box.height, STEP), 100);
  const x = Math.min(Math.max(box.x, 0), 100 - width);
  const y = Math.min(Math.max(box.y, 0), 100 - height);
  return { x, y, width, height };
}

function between(one: { x: number; y: number }, other: { x: number; y: number }): Box {
  return {
    x: Math.min(one.x, other.x),
    y: Math.min(one.y, other.y),
    width: Math.abs(one.x - other.x),
    height: Math.abs(one.y - other.y),
  };
}
