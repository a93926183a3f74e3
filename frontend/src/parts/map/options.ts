/** What a map is for: to show cases, to choose a place, one case, or who answers. */
export type Mode = "show" | "pick" | "one" | "whose";

/** The coordinate system in which a base is drawn. */
export type Frame = "wgs84" | "gcj02" | "bd09";

/** A longitude and a latitude in degrees; WGS 84 unless said otherwise. */
export type Position = readonly [number, number];

/** What the template says about a map: the attributes of its box. */
export interface Options {
  readonly box: HTMLElement;
  readonly canvas: HTMLElement;
  readonly mode: Mode;
  readonly root: string;
  readonly inChinese: boolean;
  readonly filter: string;
  readonly area: string;
  readonly at: Position | null;
  readonly mark: string;
  readonly beside: HTMLElement | null;
  readonly form: ParentNode;
  readonly style: string;
  readonly frame: Frame;
  /** Sentences, by the name of their attribute. */
  readonly words: DOMStringMap;
}

const FRAMES: readonly string[] = ["gcj02", "bd09"];

/** Return what a template says about a map. */
export function optionsOf(box: HTMLElement): Options {
  const said = box.dataset;
  return {
    box,
    canvas: part(box, "[data-map-canvas]"),
    mode: said.map as Mode,
    root: location.origin + (said.root ?? "/"),
    inChinese: (said.reader ?? "").startsWith("zh"),
    filter: said.filter ?? "",
    area: said.area ?? "",
    at: positionOf(said.longitude, said.latitude),
    mark: said.mark ?? "",
    beside: said.beside ? document.querySelector<HTMLElement>(said.beside) : null,
    form: (said.form ? document.querySelector(said.form) : null) ?? box.closest("form") ?? document,
    style: said.style ?? "",
    frame: said.style && FRAMES.includes(said.frame ?? "") ? (said.frame as Frame) : "wgs84",
    words: said,
  };
}

/** Return a part of a box that its template always has. */
export function part(box: HTMLElement, selector: string): HTMLElement {
  const found = box.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`a map without ${selector}`);
  return found;
}

/** Return a position from two texts, or null where one of them is none. */
export function positionOf(longitude?: string, latitude?: string): Position | null {
  const [east, north] = [Number.parseFloat(longitude ?? ""), Number.parseFloat(latitude ?? "")];
  const isOne = Math.abs(east) <= 180 && Math.abs(north) <= 90;
  return isOne && (east !== 0 || north !== 0) ? [east, north] : null;
}

/** Say something to whoever reads or listens. */
export function say(options: Options, words: string | undefined): void {
  part(options.box, "[data-map-said]").textContent = words ?? "";
}
