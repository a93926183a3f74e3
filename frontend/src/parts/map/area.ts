import type { FeatureCollection } from "geojson";
import type { Scene } from "./scene";
import { boxOf, onBase } from "./shapes";

/** Outline the area that the page is about; `fit` brings it into view as well. */
export async function outlineArea(scene: Scene, { fit }: { fit: boolean }): Promise<void> {
  const { map, options } = scene;
  if (!options.area) return;
  const answer = await fetch(`${options.root}map/areas/${options.area}.geojson`);
  if (!answer.ok) return;
  const told = await answer.json();
  const drawing: FeatureCollection =
    told.type === "Feature" ? { type: "FeatureCollection", features: [told] } : told;
  scene.draw("area", drawing);
  const box = boxOf(onBase(drawing, options.frame));
  if (fit && box) map.fitBounds(box, { padding: 32, animate: false });
}
