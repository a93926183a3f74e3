import type { FeatureCollection, GeoJSON, Position as Point } from "geojson";
import { toBase } from "./frames";
import type { Frame, Position } from "./options";

const METRES_PER_DEGREE = 111_320;
const CORNERS = 48;

/** Nothing to draw. */
export const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };

/** Return a point with the properties its layer reads. */
export function pointAt(at: Position, properties: Record<string, string> = {}): FeatureCollection {
  const geometry = { type: "Point" as const, coordinates: [...at] };
  return { type: "FeatureCollection", features: [{ type: "Feature", geometry, properties }] };
}

/** Return the circle within which a device lies, as it says. */
export function circleAround([east, north]: Position, metres: number): FeatureCollection {
  const high = metres / METRES_PER_DEGREE;
  const wide = high / Math.cos((north * Math.PI) / 180);
  const ring = Array.from({ length: CORNERS + 1 }, (_, corner) => {
    const angle = (corner / CORNERS) * Math.PI * 2;
    return [east + wide * Math.cos(angle), north + high * Math.sin(angle)];
  });
  const geometry = { type: "Polygon" as const, coordinates: [ring] };
  return { type: "FeatureCollection", features: [{ type: "Feature", geometry, properties: {} }] };
}

/** Return a drawing in WGS 84 as it lies on a base of `frame`. */
export function onBase<T extends GeoJSON>(drawing: T, frame: Frame): T {
  if (frame === "wgs84") return drawing;
  return JSON.parse(JSON.stringify(drawing), (key, value) =>
    key === "coordinates" ? moved(value, frame) : value,
  ) as T;
}

type Nested = Point | Nested[];

function moved(place: Nested, frame: Frame): Nested {
  if (typeof place[0] !== "number") return (place as Nested[]).map((one) => moved(one, frame));
  return [...toBase([place[0], place[1] as number], frame)];
}

/** Return the box around a drawing: west, south, east, north; null for an empty one. */
export function boxOf(drawing: GeoJSON): [number, number, number, number] | null {
  const box: [number, number, number, number] = [180, 90, -180, -90];
  const walk = (place: unknown): void => {
    if (!Array.isArray(place)) return;
    if (typeof place[0] !== "number") return place.forEach(walk);
    const [east, north] = place as [number, number];
    box[0] = Math.min(box[0], east);
    box[1] = Math.min(box[1], north);
    box[2] = Math.max(box[2], east);
    box[3] = Math.max(box[3], north);
  };
  JSON.stringify(drawing, (key, value) => {
    if (key === "coordinates") walk(value);
    return value;
  });
  return box[0] > box[2] ? null : box;
}
