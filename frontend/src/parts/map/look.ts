/** Colours and fonts of the page, as a map needs them. */
export interface Look {
  readonly beyond: string;
  readonly land: string;
  readonly water: string;
  readonly green: string;
  readonly building: string;
  readonly road: string;
  readonly casing: string;
  readonly border: string;
  readonly label: string;
  readonly halo: string;
  readonly you: string;
  readonly sheet: string;
  readonly ink: string;
  readonly accent: string;
  readonly states: Readonly<Record<string, string>>;
  readonly fonts: string[];
}

/** The states of a case on a map, from the calmest to the worst. */
export const MARKS = ["released", "kept", "paused", "running", "soon", "broken"] as const;

/** Return the look that the style sheets give an element now, in light or dark. */
export function lookOf(element: Element): Look {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    beyond: token("map-beyond"),
    land: token("map-land"),
    water: token("map-water"),
    green: token("map-green"),
    building: token("map-building"),
    road: token("map-road"),
    casing: token("map-casing"),
    border: token("map-border"),
    label: token("map-label"),
    halo: token("map-halo"),
    you: token("map-you"),
    sheet: token("sheet"),
    ink: token("ink"),
    accent: token("accent"),
    states: Object.fromEntries(MARKS.map((mark) => [mark, token(mark)])),
    fonts: token("sans").split(",").map((name) => name.trim().replace(/^["']|["']$/g, "")),
  };
}

/** Call back whenever light changes to dark or back. */
export function whenLookChanges(then: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", then);
}

/** Tell whether the reader wants nothing to move. */
export function isStill(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
