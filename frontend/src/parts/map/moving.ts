import type { Position } from "./options";
import type { Pin } from "./pin";
import type { Scene } from "./scene";

const STEP = 6; // pixels by which an arrow key moves the pin
const STRIDE = 40; // with Shift

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Move a pin by the arrow keys, farther with Shift; the map follows it. */
export function moveByKey(
  scene: Scene,
  pin: Pin,
  event: KeyboardEvent,
  pick: (at: Position) => void,
): void {
  const way = ARROWS[event.key];
  if (!way) return;
  event.preventDefault();
  event.stopPropagation();
  const { map } = scene;
  const by = event.shiftKey ? STRIDE : STEP;
  const { x, y } = map.project(pin.marker.getLngLat());
  const place = map.unproject([x + way[0] * by, y + way[1] * by]);
  pick(scene.positionAt(place));
  if (!map.getBounds().contains(place)) map.jumpTo({ center: place });
}
