import type { FeatureCollection } from "geojson";
import type { GeoJSONSource, Map as Drawn } from "maplibre-gl";
import type { Look } from "./look";
import type { Options, Position } from "./options";
import { fromBase, toBase } from "./frames";
import { onBase } from "./shapes";
import { isStill } from "./look";

/** What the server says about the city's map. */
export interface Info {
  readonly bounds: readonly [number, number, number, number] | null;
  readonly tiles: string;
  readonly deepest: number;
  readonly attribution: string;
}

/** What can be drawn above the base besides cases; all in WGS 84. */
export type Overlay = "area" | "pin" | "you" | "around";

/** A map with what is drawn on it; every position is WGS 84 whatever the base. */
export class Scene {
  readonly drawings = new Map<Overlay, FeatureCollection>();
  chosen = "";

  constructor(
    readonly map: Drawn,
    readonly options: Options,
    readonly info: Info,
    public look: Look,
  ) {}

  /** Draw something, in place of what was drawn under the name. */
  draw(name: Overlay, drawing: FeatureCollection): void {
    this.drawings.set(name, drawing);
    const source = this.map.getSource(name) as GeoJSONSource | undefined;
    source?.setData(onBase(drawing, this.options.frame));
  }

  /** Return the WGS 84 position of a place on the base. */
  positionAt(place: { lng: number; lat: number }): Position {
    return fromBase([place.lng, place.lat], this.options.frame);
  }

  /** Return where a WGS 84 position lies on the base. */
  placeOf(at: Position): [number, number] {
    const [east, north] = toBase(at, this.options.frame);
    return [east, north];
  }

  /** Bring a position into the middle, at least as near as `zoom`. */
  show(at: Position, zoom = 0): void {
    const to = { center: this.placeOf(at), zoom: Math.max(this.map.getZoom(), zoom) };
    if (isStill()) this.map.jumpTo(to);
    else this.map.easeTo({ ...to, duration: 400 });
  }
}
