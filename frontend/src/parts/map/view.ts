// The drawn map: loaded as a chunk of its own, with MapLibre.

import { AttributionControl, Map as Drawn, setWorkerUrl, type StyleSpecification } from "maplibre-gl";
import { addButtons } from "./buttons";
import { lookOf, whenLookChanges } from "./look";
import { followDisplacement } from "./displaced";
import { markPicture, PIXEL_RATIO } from "./marks";
import { ownBase, rasterBase, withContent } from "./style";
import type { Options } from "./options";
import { pickPlace } from "./pick";
import { Scene, type Info } from "./scene";
import { showCases } from "./show";
import { showOne } from "./one";
import { askWhose } from "./whose";

setWorkerUrl(new URL("./maplibre-gl-worker.mjs", import.meta.url).href);

const WORLD = [-180, -85, 180, 85] as const;
const PATIENCE = 20_000; // milliseconds until a map without a single tile is given up

const MODES = { show: showCases, pick: pickPlace, one: showOne, whose: askWhose };

/** Draw a map and let it do what it is for.  Throws where it cannot be drawn. */
export async function drawMap(given: Options): Promise<void> {
  const [info, outside] = await Promise.all([infoOf(given), outsideBase(given)]);
  // Without its base from outside the map is our own, in WGS 84.
  const options: Options = outside ? given : { ...given, style: "", frame: "wgs84" };
  const map = newMap(options, info);
  const scene = new Scene(map, options, info, lookOf(options.box));
  const restyle = () => {
    scene.look = lookOf(options.box);
    map.setStyle(withContent(outside ?? ownBase(options, info, scene.look), scene), { diff: false });
  };
  map.setMissingStyleImageResolver((id) => {
    const picture = markPicture(id.replace(/^mark-/, ""), scene.look);
    if (picture && !map.hasImage(id)) map.addImage(id, picture, { pixelRatio: PIXEL_RATIO });
  });
  const ready = new Promise((done) => map.once("style.load", done));
  restyle();
  whenLookChanges(restyle);
  const drawn = firstTile(map);
  await ready;
  addButtons(scene);
  followDisplacement(scene);
  clearLeftOvers(map);
  tellView(scene);
  MODES[options.mode](scene);
  await drawn;
}

function newMap(options: Options, info: Info): Drawn {
  const map = new Drawn({
    container: options.canvas,
    attributionControl: false,
    bounds: [...(info.bounds ?? WORLD)],
    fitBoundsOptions: { padding: 24 },
    minZoom: 3,
    maxZoom: 19,
    dragRotate: false,
    touchPitch: false,
    pitchWithRotate: false,
    fadeDuration: 0,
    cooperativeGestures: options.mode !== "pick",
    locale: {
      "Map.Title": options.box.getAttribute("aria-label") ?? "",
      "Marker.Title": options.words.pin ?? "",
      "CooperativeGesturesHandler.MobileHelpText": options.words.fingers ?? "",
      "CooperativeGesturesHandler.WindowsHelpText": options.words.wheel ?? "",
      "CooperativeGesturesHandler.MacHelpText": options.words.wheelMac ?? "",
    },
  });
  map.addControl(new AttributionControl({ compact: false }));
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.getCanvas().setAttribute("aria-describedby", `${options.box.id}-keys`);
  return map;
}

async function infoOf(options: Options): Promise<Info> {
  const answer = await fetch(`${options.root}map/info.json`);
  if (!answer.ok) throw new Error("the city has no map");
  const told = await answer.json();
  return {
    bounds: told.bounds ?? null,
    tiles: `${options.root}${String(told.tiles).replace(/^\//, "")}`,
    deepest: told.max_zoom ?? 16,
    attribution: told.attribution ?? "",
  };
}

/** Return the base that a setting names, or null where there is none or it does not answer. */
async function outsideBase(options: Options): Promise<StyleSpecification | null> {
  if (!options.style) return null;
  if (options.style.includes("{z}")) return rasterBase(options.style);
  try {
    const answer = await fetch(options.style);
    return answer.ok ? ((await answer.json()) as StyleSpecification) : null;
  } catch {
    return null;
  }
}

/** Wait until something came from the worker; a map without one is no map. */
function firstTile(map: Drawn): Promise<void> {
  return new Promise((done, failed) => {
    const late = setTimeout(() => {
      map.remove();
      failed(new Error("no tile was drawn"));
    }, PATIENCE);
    map.once("idle", () => {
      clearTimeout(late);
      done();
    });
  });
}

/** Draw once more when a move has ended: tiles held for their fading numbers are gone by then. */
function clearLeftOvers(map: Drawn): void {
  let isClear = false;
  map.on("movestart", () => (isClear = false));
  map.on("idle", () => {
    if (!isClear) map.triggerRepaint();
    isClear = true;
  });
}

/** Note in the page what the map shows, in WGS 84: for tests and for links to it. */
function tellView(scene: Scene): void {
  const { map, options } = scene;
  const tell = () => {
    const [east, north] = scene.positionAt(map.getCenter());
    const shown = [east.toFixed(7), north.toFixed(7), map.getZoom().toFixed(2)];
    options.box.dataset.view = shown.join(",");
    const { lng, lat } = map.getCenter();
    options.box.dataset.onBase = `${lng.toFixed(7)},${lat.toFixed(7)}`;
    const box = map.getBounds();
    const corners = [scene.positionAt(box.getSouthWest()), scene.positionAt(box.getNorthEast())];
    options.box.dataset.bbox = corners.flat().map((one) => one.toFixed(6)).join(",");
  };
  map.on("moveend", tell);
  map.on("idle", () => (options.box.dataset.drawn = "1"));
  tell();
}

