import { showCard } from "./cards";
import { moveByKey } from "./moving";
import { part, type Position } from "./options";
import { Pin } from "./pin";
import type { Scene } from "./scene";

/** Ask beside the map who answers at a place, for the kind that the form names. */
export function askAt(scene: Scene, at: Position): void {
  const { options } = scene;
  const query = new URLSearchParams({
    part: "1",
    longitude: at[0].toFixed(6),
    latitude: at[1].toFixed(6),
  });
  const kind = options.form.querySelector<HTMLSelectElement>("[name=category]")?.value;
  if (kind && options.mode === "whose") query.set("category", kind);
  void showCard(options, `${options.root}whose?${query}`);
}

/** Let the reader tap anywhere to see who answers there. */
export function askWhose(scene: Scene): void {
  const { map, options } = scene;
  const pin = new Pin(scene, { draggable: true });
  let asked: Position | null = options.at;
  const ask = (at: Position) => {
    asked = at;
    pin.put(at);
    write(options.form, at);
    askAt(scene, at);
  };
  if (asked) {
    pin.put(asked);
    map.jumpTo({ center: scene.placeOf(asked), zoom: 15 });
  }
  map.on("click", ({ lngLat }) => ask(scene.positionAt(lngLat)));
  pin.marker.on("dragend", () => ask(scene.positionAt(pin.marker.getLngLat())));
  pin.element.addEventListener("click", (event) => event.stopPropagation());
  pin.element.addEventListener("keydown", (event) => moveByKey(scene, pin, event, ask));
  map.getCanvas().addEventListener("keydown", ({ key }) => {
    if (key === "Enter") ask(scene.positionAt(map.getCenter()));
  });
  options.box.addEventListener("map-located", (event) => ask((event as CustomEvent<Position>).detail));
  options.form.addEventListener("change", ({ target }) => {
    if ((target as HTMLElement).getAttribute("name") === "category" && asked) askAt(scene, asked);
  });
  part(options.box, "[data-map-card]").hidden = true;
}

function write(form: ParentNode, at: Position): void {
  for (const [place, name] of ["longitude", "latitude"].entries()) {
    const field = form.querySelector<HTMLInputElement>(`[name=${name}]`);
    if (field) field.value = (at[place] as number).toFixed(6);
  }
}

