import { Marker } from "maplibre-gl";
import type { Position } from "./options";
import type { Scene } from "./scene";

const SVG = "http://www.w3.org/2000/svg";
const DROP = "M22 51 C12 36 6 29 6 20 A16 16 0 0 1 38 20 C38 29 32 36 22 51 Z";

/** A pin on a map; it keeps the focus while it is moved. */
export class Pin {
  readonly element: HTMLButtonElement;
  readonly marker: Marker;
  private isShown = false;

  constructor(
    private readonly scene: Scene,
    { draggable }: { draggable: boolean },
  ) {
    this.element = pinElement(scene.options.words.pin);
    this.marker = new Marker({ element: this.element, draggable, anchor: "bottom" });
  }

  /** Put the pin on a position. */
  put(at: Position): void {
    this.marker.setLngLat(this.scene.placeOf(at));
    if (!this.isShown) this.marker.addTo(this.scene.map);
    this.isShown = true;
  }
}

/** Return the picture of a pin; a button, so that it can be moved without a pointer. */
function pinElement(label: string | undefined): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "map-pin";
  made.setAttribute("aria-label", label ?? "");
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "0 0 44 52");
  picture.setAttribute("aria-hidden", "true");
  picture.append(shape("path", { d: DROP, fill: "currentColor", stroke: "white", "stroke-width": "2" }));
  picture.append(shape("circle", { cx: "22", cy: "20", r: "6", fill: "white" }));
  made.append(picture);
  return made;
}

function shape(name: string, attributes: Record<string, string>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
