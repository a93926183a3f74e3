import type { IControl } from "maplibre-gl";
import { say } from "./options";
import type { Scene } from "./scene";
import { circleAround, pointAt } from "./shapes";

/** Give a map its buttons: nearer, farther, and where the reader is. */
export function addButtons(scene: Scene): void {
  const { map, options } = scene;
  const { words } = options;
  const group = document.createElement("div");
  group.className = "maplibregl-ctrl maplibregl-ctrl-group";
  group.append(
    button("+", words.zoomIn, () => map.zoomIn()),
    button("−", words.zoomOut, () => map.zoomOut()),
  );
  if ("geolocation" in navigator && options.mode !== "one") {
    group.append(button("◎", words.here, () => locate(scene)));
  }
  const control: IControl = { onAdd: () => group, onRemove: () => group.remove() };
  map.addControl(control, "top-right");
}

function button(sign: string, label: string | undefined, press: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = sign;
  made.setAttribute("aria-label", label ?? sign);
  made.title = label ?? "";
  made.addEventListener("click", press);
  return made;
}

function locate(scene: Scene): void {
  const { options } = scene;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const at = [coords.longitude, coords.latitude] as const;
      scene.draw("you", pointAt(at));
      scene.draw("around", circleAround(at, coords.accuracy));
      scene.show(at, 15);
      say(options, options.words.locateFound?.replace("{metres}", String(Math.ceil(coords.accuracy))));
      options.box.dispatchEvent(new CustomEvent("map-located", { detail: at }));
    },
    () => say(options, options.words.locateFailed),
    { enableHighAccuracy: true, timeout: 15_000 },
  );
}
