import { Marker } from "maplibre-gl";
import { outlineArea } from "./area";
import { positionOf, say, type Position } from "./options";
import { pinElement } from "./pin";
import type { Scene } from "./scene";

const STEP = 6; // pixels by which an arrow key moves the pin
const STRIDE = 40; // with Shift
const NEAR = 16; // zoom at which a place can be told from its neighbour
const PAUSE = 500; // milliseconds without a move until the place is asked for

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Let the reader choose a place: by a tap, by dragging the pin, or by keys. */
export function pickPlace(scene: Scene): void {
  const { map, options } = scene;
  const fields = fieldsOf(options.form);
  const element = pinElement(options.words.pin);
  const marker = new Marker({ element, draggable: true, anchor: "bottom" });
  const put = (at: Position) => marker.setLngLat(scene.placeOf(at)).addTo(map);
  const pick = (at: Position) => {
    put(at);
    write(fields, at);
    tellPlace(scene, at);
  };
  const start = read(fields) ?? options.at;
  if (start) {
    put(start);
    map.jumpTo({ center: scene.placeOf(start), zoom: NEAR });
  } else void outlineArea(scene, { fit: true });
  map.on("click", ({ lngLat }) => pick(scene.positionAt(lngLat)));
  marker.on("dragend", () => pick(scene.positionAt(marker.getLngLat())));
  map.getCanvas().addEventListener("keydown", ({ key }) => {
    if (key === "Enter") pick(scene.positionAt(map.getCenter()));
  });
  element.addEventListener("click", (event) => event.stopPropagation());
  element.addEventListener("keydown", (event) => moveByKey(scene, marker, event, pick));
  options.box.addEventListener("map-located", (event) => pick((event as CustomEvent<Position>).detail));
  options.form.addEventListener("change", (event) => {
    const at = read(fields);
    const isOurs = event instanceof CustomEvent;
    if (isOurs || !at || !Object.values(fields).includes(event.target as HTMLInputElement)) return;
    put(at);
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

function moveByKey(
  scene: Scene,
  marker: Marker,
  event: KeyboardEvent,
  pick: (at: Position) => void,
): void {
  const way = ARROWS[event.key];
  if (!way) return;
  event.preventDefault();
  event.stopPropagation();
  const { map } = scene;
  const by = event.shiftKey ? STRIDE : STEP;
  const { x, y } = map.project(marker.getLngLat());
  const place = map.unproject([x + way[0] * by, y + way[1] * by]);
  pick(scene.positionAt(place));
  if (!map.getBounds().contains(place)) map.jumpTo({ center: place });
}

let waiting: ReturnType<typeof setTimeout> | undefined;

/** Say in words where the pin stands, once it stands still. */
function tellPlace(scene: Scene, [longitude, latitude]: Position): void {
  const { options } = scene;
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const address = `${options.root}whose?longitude=${longitude}&latitude=${latitude}`;
    const place = await fetch(address, { headers: { Accept: "application/json" } })
      .then(async (answer) => (answer.ok ? ((await answer.json()).place as string) : ""))
      .catch(() => "");
    say(options, [options.words.picked, place].filter(Boolean).join(" "));
  }, PAUSE);
}
