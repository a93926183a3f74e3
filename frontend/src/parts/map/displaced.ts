import type { Scene } from "./scene";

/**
 * Move the marks of cases to where they lie on a displaced base.
 *
 * Tiles of cases are in WGS 84. GCJ-02 and BD-09 displace neighbours nearly alike (3 % of their
 * distance at most), so the displacement of the middle of the map serves for all that is seen.
 */
export function followDisplacement(scene: Scene): void {
  const { map, options } = scene;
  if (options.frame === "wgs84" || options.mode !== "show") return;
  const follow = () => {
    const middle = map.getCenter();
    const there = map.project(middle);
    const here = map.project([...scene.positionAt(middle)] as [number, number]);
    const by: [number, number] = [there.x - here.x, there.y - here.y];
    for (const layer of ["cases-chosen", "cases-many"]) map.setPaintProperty(layer, "circle-translate", by);
    map.setPaintProperty("cases-one", "icon-translate", by);
    map.setPaintProperty("cases-count", "text-translate", by);
  };
  map.on("move", follow);
  map.on("style.load", follow);
  follow();
}
