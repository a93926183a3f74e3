import { outlineArea } from "./area";
import { moveByKey } from "./moving";
import { positionOf, say, type Position } from "./options";
import { Pin } from "./pin";
import type { Scene } from "./scene";

const NEAR = 16; // zoom at which a place can be told from its neighbour
const PAUSE = 500; // milliseconds without a move until the place is asked for

/** Let the reader choose a place: by a tap, by dragging the pin, or by keys. */
export function pickPlace(scene: Scene): void {
  const { map, options } = scene;
  const fields = fieldsOf(options.form);
  const pin = new Pin(scene, { draggable: true });
  const { marker, element } = pin;
  const pick = (at: Position) => {
    pin.put(at);
    write(fields, at);
    tellPlace(scene, at);
  };
  const start = read(fields) ?? options.at;
  if (start) {
    pin.put(start);
    map.jumpTo({ center: scene.placeOf(start), zoom: NEAR });
  } else void outlineArea(scene, { fit: true });
  map.on("click", ({ lngLat }) => {
    const at = scene.positionAt(lngLat);
    pick(at);
    // From afar a fingertip covers a street: come nearer, so that the pin can be put right.
    if (map.getZoom() < NEAR - 1) scene.show(at, NEAR);
  });
  marker.on("dragend", () => pick(scene.positionAt(marker.getLngLat())));
  map.getCanvas().addEventListener("keydown", ({ key }) => {
    if (key === "Enter") pick(scene.positionAt(map.getCenter()));
  });
  element.addEventListener("click", (event) => event.stopPropagation());
  element.addEventListener("keydown", (event) => moveByKey(scene, pin, event, pick));
  options.box.addEventListener("map-located", (event) => pick((event as CustomEvent<Position>).detail));
  options.form.addEventListener("change", (event) => {
    const at = read(fields);
    const isOurs = event instanceof CustomEvent;
    if (isOurs || !at || !Object.values(fields).includes(event.target as HTMLInputElement)) return;
    pin.put(at);
    scene.show(at, NEAR);
  });
}

interface Fields {
  readonly longitude: HTMLInputElement | null;
  readonly latitude: HTMLInputElement | null;
  readonly located: HTMLInputElement | null;
}

function fieldsOf(form: ParentNode): Fields {
  const field = (name: string) => form.querySelector<HTMLInputElement>(`[name=${name}]`);
  return { longitude: field("longitude"), latitude: field("latitude"), located: field("located") };
}

function read(fields: Fields): Position | null {
  return positionOf(fields.longitude?.value, fields.latitude?.value);
}

/** Write a position into the fields, as WGS 84, and tell whoever watches them. */
function write(fields: Fields, at: Position): void {
  if (fields.located) fields.located.value = "1";
  if (fields.longitude) fields.longitude.value = at[0].toFixed(6);
  if (fields.latitude) fields.latitude.value = at[1].toFixed(6);
  // Told once both stand, so that nobody reads half a place; a CustomEvent is known as ours.
  for (const field of [fields.longitude, fields.latitude]) {
    field?.dispatchEvent(new CustomEvent("change", { bubbles: true }));
  }
}

interface Here {
  readonly place: string;
  readonly is_outside: boolean;
}

let waiting: ReturnType<typeof setTimeout> | undefined;

/** Say in words where the pin stands, once it stands still. */
function tellPlace(scene: Scene, [longitude, latitude]: Position): void {
  const { options } = scene;
  clearTimeout(waiting);
  if (options.form.querySelector("[data-place-told]")) return; // the form says it by itself
  waiting = setTimeout(async () => {
    const address = `${options.root}whose?longitude=${longitude}&latitude=${latitude}`;
    const told = await fetch(address, { headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? (answer.json() as Promise<Here>) : null))
      .catch(() => null);
    const place = told?.is_outside ? options.words.outside : told?.place;
    say(options, [options.words.picked, place].filter(Boolean).join(" "));
  }, PAUSE);
}
