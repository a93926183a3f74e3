import type {
  ExpressionSpecification as Expression,
  LayerSpecification as Layer,
  SourceSpecification as Source,
  StyleSpecification as Style,
} from "maplibre-gl";
import { MARKS, type Look } from "./look";
import type { Options } from "./options";
import type { Info, Overlay, Scene } from "./scene";
import { NOTHING, onBase } from "./shapes";

type Sources = Record<string, Source>;

/** Return our own quiet base, from the city's own layers. */
export function ownBase(options: Options, info: Info, look: Look): Style {
  const { attribution, deepest: maxzoom } = info;
  const base: Source = { type: "vector", tiles: [info.tiles], maxzoom, attribution };
  return { version: 8, sources: { base }, layers: baseLayers(look, nameIn(options)) };
}

/** Return a base of pictures from outside. */
export function rasterBase(template: string): Style {
  const pictures: Source = { type: "raster", tiles: [template], tileSize: 256 };
  const layer: Layer = { id: "pictures", type: "raster", source: "pictures" };
  return { version: 8, sources: { pictures }, layers: [layer] };
}

/** Return a style with cases, the area in question, the pin and the reader above its base. */
export function withContent(base: Style, scene: Scene): Style {
  const fonts = fontsOf(base) ?? scene.look.fonts;
  return {
    ...base,
    sources: { ...base.sources, ...contentSources(scene) },
    layers: [...base.layers, ...overlayLayers(scene.look), ...caseLayers(scene, fonts)],
  };
}

function nameIn(options: Options): Expression {
  const [own, other] = options.inChinese ? ["name", "name_en"] : ["name_en", "name"];
  const text = (name: string): Expression => ["coalesce", ["get", name], ""];
  return ["case", ["!=", text(own), ""], text(own), text(other)];
}

function byZoom(...steps: number[]): Expression {
  return ["interpolate", ["exponential", 1.6], ["zoom"], ...steps] as unknown as Expression;
}

function from(layer: string): { source: "base"; "source-layer": string } {
  return { source: "base", "source-layer": layer };
}

function baseLayers(look: Look, name: Expression): Layer[] {
  const plot = { "line-color": look.casing, "line-width": 0.8 };
  return [
    { id: "beyond", type: "background", paint: { "background-color": look.beyond } },
    { id: "land", type: "fill", ...from("land"), paint: { "fill-color": look.land } },
    { id: "green", type: "fill", ...from("green"), paint: { "fill-color": look.green } },
    { id: "water", type: "fill", ...from("water"), paint: { "fill-color": look.water } },
    { id: "plot", type: "line", ...from("plot"), minzoom: 14, paint: plot },
    ...roadLayers(look),
    ...buildingLayers(look),
    ...borderLayers(look),
    ...labelLayers(look, name),
  ];
}

/** Outlines only, and only when near. */
function buildingLayers(look: Look): Layer[] {
  const near = { ...from("building"), minzoom: 15 };
  const line = { "line-color": look.building, "line-width": byZoom(15, 0.8, 18, 1.6) };
  return [{ id: "building", type: "line", ...near, paint: line }];
}

/** Roads are areas of their true width, white with a hairline. */
function roadLayers(look: Look): Layer[] {
  const edge = { "line-color": look.casing, "line-width": byZoom(12, 0.6, 17, 1.6) };
  return [
    { id: "road-edge", type: "line", ...from("road"), minzoom: 12, paint: edge },
    { id: "road", type: "fill", ...from("road"), paint: { "fill-color": look.road } },
  ];
}

function borderLayers(look: Look): Layer[] {
  const rank: Expression = ["coalesce", ["get", "rank"], 50];
  const width: Expression = ["step", rank, 1.4, 15, 1.1, 25, 0.8, 35, 0.5];
  const paint = { "line-color": look.border, "line-width": width, "line-opacity": 0.75 };
  const layout = { "line-join": "round" } as const;
  return [{ id: "boundary", type: "line", ...from("boundary"), layout, paint }];
}

function labelLayers(look: Look, name: Expression): Layer[] {
  const rank: Expression = ["coalesce", ["get", "rank"], 50];
  const paint = {
    "text-color": look.label,
    "text-halo-color": look.halo,
    "text-halo-width": 1.4,
  };
  const text = { "text-field": name, "text-font": look.fonts };
  const layout = {
    ...text,
    "text-size": ["step", rank, 15, 15, 14, 25, 13, 35, 11.5] as Expression,
    "text-max-width": 8,
    "text-padding": 6,
    "symbol-sort-key": rank,
  };
  // Names of grids and courtyards mean little from afar.
  const isFine: Expression = ["all", [">=", rank, 40], ["==", ["get", "kind"], "boundary"]];
  return [
    {
      id: "road-label",
      type: "symbol",
      ...from("road_label"),
      layout: { ...text, "symbol-placement": "line", "text-size": 11.5, "symbol-spacing": 320 },
      paint,
    },
    { id: "label-fine", type: "symbol", ...from("label"), minzoom: NEAR, filter: isFine, layout, paint },
    { id: "label", type: "symbol", ...from("label"), filter: ["!", isFine], layout, paint },
  ];
}

const NEAR = 15.5; // zoom
const DEEPEST_CASES = 18; // zoom beyond which cases of one spot stay one disc
const OVERLAYS: readonly Overlay[] = ["area", "pin", "you", "around"];

function contentSources(scene: Scene): Sources {
  const { options } = scene;
  const sources: Sources = {};
  for (const name of OVERLAYS) {
    const data = onBase(scene.drawings.get(name) ?? NOTHING, options.frame);
    sources[name] = { type: "geojson", data };
  }
  if (options.mode !== "show") return sources;
  const query = options.filter ? `?${options.filter}` : "";
  const tiles = [`${options.root}map/cases/{z}/{x}/{y}.pbf${query}`];
  return { ...sources, cases: { type: "vector", tiles, maxzoom: DEEPEST_CASES } };
}

/** The area in question is outlined, never flooded. */
function overlayLayers(look: Look): Layer[] {
  const outline = { "line-color": look.accent, "line-width": 2.5, "line-dasharray": [3, 1.5] };
  const around = { "line-color": look.you, "line-width": 1.5 };
  const you = { "circle-color": look.you, "circle-radius": 7, "circle-stroke-width": 2.5, "circle-stroke-color": look.sheet };
  const pin = { "icon-image": ["get", "mark"] as Expression, "icon-size": 1.5, "icon-allow-overlap": true };
  return [
    { id: "area", type: "line", source: "area", paint: outline },
    { id: "around", type: "line", source: "around", paint: around },
    { id: "you", type: "circle", source: "you", paint: you },
    { id: "pin", type: "symbol", source: "pin", layout: pin },
  ];
}

function stateColour(look: Look): Expression {
  const pairs = MARKS.flatMap((mark) => [mark, look.states[mark] ?? look.ink]);
  return ["match", ["get", "mark"], ...pairs, look.ink] as unknown as Expression;
}

/** Single cases as shapes, several as a disc with their number; the worst decides the ring. */
function caseLayers(scene: Scene, fonts: string[]): Layer[] {
  const { options, look } = scene;
  if (options.mode !== "show") return [];
  const worst = MARKS.flatMap((mark, place) => [mark, place]);
  const order = ["match", ["get", "mark"], ...worst, 0] as unknown as Expression;
  return [...oneLayers(scene, order), ...manyLayers(look, fonts, order)];
}

function oneLayers(scene: Scene, order: Expression): Layer[] {
  const of = { source: "cases", "source-layer": "cases" };
  const ring = {
    "circle-radius": 16,
    "circle-color": scene.look.sheet,
    "circle-stroke-width": 3,
    "circle-stroke-color": scene.look.accent,
  };
  const layout = {
    "icon-image": ["concat", "mark-", ["get", "mark"]] as Expression,
    "icon-size": byZoom(11, 0.75, 16, 1.1),
    "icon-allow-overlap": true,
    "symbol-sort-key": order,
  };
  return [
    { id: "cases-chosen", type: "circle", ...of, filter: isChosen(scene.chosen), paint: ring },
    { id: "cases-one", type: "symbol", ...of, layout },
  ];
}

/** The filter that lets only the case through whose card is open. */
export function isChosen(number: string): Expression {
  return ["==", ["get", "number"], number];
}

function manyLayers(look: Look, fonts: string[], order: Expression): Layer[] {
  const of = { source: "cases", "source-layer": "clusters" };
  const count: Expression = ["to-number", ["get", "count"]];
  const disc = {
    "circle-color": look.sheet,
    "circle-radius": ["step", count, 14, 10, 17, 100, 21, 1000, 26] as Expression,
    "circle-stroke-width": 3,
    "circle-stroke-color": stateColour(look),
  };
  const shape: Expression = ["match", ["get", "mark"], "broken", "▲", "soon", "◑", ""];
  const layout = {
    "text-field": ["concat", ["to-string", count], shape] as Expression,
    "text-font": fonts,
    "text-size": 12,
    "text-allow-overlap": true,
  };
  return [
    { id: "cases-many", type: "circle", ...of, layout: { "circle-sort-key": order }, paint: disc },
    { id: "cases-count", type: "symbol", ...of, layout, paint: { "text-color": stateColour(look) } },
  ];
}

/** Return the fonts an outside style brings, since it may serve no others. */
function fontsOf(base: Style): string[] | null {
  if (!base.glyphs) return null;
  for (const layer of base.layers) {
    const fonts = layer.type === "symbol" ? layer.layout?.["text-font"] : undefined;
    if (Array.isArray(fonts) && fonts.every((one) => typeof one === "string")) return fonts as string[];
  }
  return null;
}
