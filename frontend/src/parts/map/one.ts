import { outlineArea } from "./area";
import type { Scene } from "./scene";
import { pointAt } from "./shapes";

/** Show one case: its pin in the middle, the area it lies in outlined. */
export function showOne(scene: Scene): void {
  const { map, options } = scene;
  if (options.at) {
    map.jumpTo({ center: scene.placeOf(options.at), zoom: 15.5 });
    scene.draw("pin", pointAt(options.at, { mark: `mark-${options.mark || "running"}` }));
  }
  void outlineArea(scene, { fit: !options.at });
}
