import type { MapGeoJSONFeature, Point2D } from "maplibre-gl";
import { outlineArea } from "./area";
import { hideCard, showCard } from "./cards";
import type { Position } from "./options";
import type { Scene } from "./scene";
import { pointAt } from "./shapes";
import { isChosen } from "./style";
import { askAt } from "./whose";

const LAYERS = ["cases-one", "cases-many"];
const FINGER = 14; // pixels around a tap that count as hit
const NEAR = 15; // zoom at which a case is told from its neighbours

interface Shown {
  readonly number?: string;
  readonly count?: number;
}

/** Show the cases of a filter; a tap on one opens its card, beside them whose it is there. */
export function showCases(scene: Scene): void {
  const { map, options } = scene;
  void outlineArea(scene, { fit: true });
  map.on("click", ({ point, lngLat }) => {
    const hit = nearest(scene, point, FINGER);
    if (hit) openHit(scene, hit);
    else {
      mark(scene, "");
      askAt(scene, scene.positionAt(lngLat));
    }
  });
  showAsked(scene);
  let isAsked = false;
  map.on("idle", () => {
    if (isAsked) openNearest(scene);
    isAsked = false;
  });
  map.getCanvas().addEventListener("keydown", ({ key }) => {
    if (key === "Escape") hideCard(options);
    if (key !== "Enter") return;
    // What is still being loaded or placed might be nearer.
    isAsked = true;
    map.triggerRepaint();
  });
  for (const layer of LAYERS) {
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
}

interface Asked {
  readonly at: Position;
  readonly number: string;
  readonly mark?: string;
}

/** Show the case that the page asks for by `map-show`: ringed, and in the middle. */
function showAsked(scene: Scene): void {
  const { box } = scene.options;
  const show = ({ at, number, mark: state }: Asked): void => {
    hideCard(scene.options);
    mark(scene, number);
    scene.draw("pin", pointAt(at, { mark: `mark-${state || "running"}` }));
    scene.show(at, NEAR);
  };
  box.addEventListener("map-show", (event) => show((event as CustomEvent<Asked>).detail));
  if (box.dataset.shown) show(JSON.parse(box.dataset.shown) as Asked);
}

/** Open the case nearest to the middle; where none is seen, tell whose it is there. */
function openNearest(scene: Scene): void {
  const { map } = scene;
  const { clientWidth, clientHeight } = map.getCanvas();
  const middle = { x: clientWidth / 2, y: clientHeight / 2 };
  const hit = nearest(scene, middle, Math.max(clientWidth, clientHeight) / 2);
  if (hit) openHit(scene, hit);
  else askAt(scene, scene.positionAt(map.getCenter()));
}

function openHit(scene: Scene, hit: MapGeoJSONFeature): void {
  const { number, count } = hit.properties as Shown;
  if (count !== undefined) {
    scene.show(scene.positionAt(placeOf(scene, hit)), scene.map.getZoom() + 2);
    return;
  }
  if (!number) return;
  const told = new CustomEvent("map-case", { detail: number, cancelable: true });
  if (!scene.options.box.dispatchEvent(told)) return; // the page shows it itself
  mark(scene, number);
  const { root } = scene.options;
  void showCard(scene.options, `${root}cases/${encodeURI(number)}/card`, () => mark(scene, ""));
}

/** Ring the case whose card is open. */
function mark(scene: Scene, number: string): void {
  scene.chosen = number;
  scene.map.setFilter("cases-chosen", isChosen(number));
}

function nearest(scene: Scene, at: Point2D, reach: number): MapGeoJSONFeature | null {
  const { map } = scene;
  const box: [[number, number], [number, number]] = [
    [at.x - reach, at.y - reach],
    [at.x + reach, at.y + reach],
  ];
  let best: MapGeoJSONFeature | null = null;
  let least = Infinity;
  for (const one of map.queryRenderedFeatures(box, { layers: LAYERS })) {
    const point = map.project(placeOf(scene, one));
    const away = Math.hypot(point.x - at.x, point.y - at.y);
    if (away < least) [best, least] = [one, away];
  }
  return best;
}

function placeOf(scene: Scene, feature: MapGeoJSONFeature): { lng: number; lat: number } {
  const { coordinates } = feature.geometry as GeoJSON.Point;
  const [lng, lat] = scene.placeOf([coordinates[0] as number, coordinates[1] as number]);
  return { lng, lat };
}
