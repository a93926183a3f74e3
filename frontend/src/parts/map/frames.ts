// The coordinate systems of bases: the same functions as `gongzhi.kernel.coordinates`, and
// checked with the same position: 120 E, 40 N (WGS 84) is 120.00567568355486 E,
// 40.0013047896019 N in GCJ-02.

import type { Frame, Position } from "./options";

const AXIS_M = 6_378_245; // half the long axis of the Krasovsky 1940 ellipsoid
const ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943;
const BD_TURN = (Math.PI * 3000) / 180;
const [BD_EAST, BD_NORTH] = [0.0065, 0.006];
const ROUNDS = 10; // each leaves less than 3 % of the error of the one before
const { sin, cos, sqrt, PI } = Math;

/** Return where a WGS 84 position lies on a base of `frame`. */
export function toBase(position: Position, frame: Frame): Position {
  if (frame === "wgs84") return position;
  const displaced = gcjOf(position);
  return frame === "gcj02" ? displaced : bdOf(displaced);
}

/** Return in WGS 84 a position on a base of `frame`; undoes `toBase` to below a millimetre. */
export function fromBase(position: Position, frame: Frame): Position {
  if (frame === "wgs84") return position;
  let [east, north] = position;
  for (let round = 0; round < ROUNDS; round += 1) {
    const [thereEast, thereNorth] = toBase([east, north], frame);
    east += position[0] - thereEast;
    north += position[1] - thereNorth;
  }
  return [east, north];
}

function gcjOf([lon, lat]: Position): Position {
  const isInside = lon >= 72.004 && lon <= 137.8347 && lat >= 0.8293 && lat <= 55.8271;
  if (!isInside) return [lon, lat];
  const [x, y] = [lon - 105, lat - 35];
  const ripple = waves(x, [20, PI * 6], [20, PI * 2]);
  const root = sqrt(Math.abs(x));
  const eastM =
    300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple +
    waves(x, [20, PI], [40, PI / 3]) + waves(x, [150, PI / 12], [300, PI / 30]);
  const northM =
    -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple +
    waves(y, [20, PI], [40, PI / 3]) + waves(y, [160, PI / 12], [320, PI / 30]);
  const [east, north] = degrees(eastM, northM, lat);
  return [lon + east, lat + north];
}

type Wave = readonly [number, number]; // height, turns

function waves(along: number, one: Wave, other: Wave): number {
  return ((one[0] * sin(along * one[1]) + other[0] * sin(along * other[1])) * 2) / 3;
}

function degrees(eastM: number, northM: number, lat: number): Position {
  const radians = (lat * PI) / 180;
  const flat = 1 - ECCENTRICITY_SQUARED * sin(radians) ** 2;
  const root = sqrt(flat);
  const across = (AXIS_M / root) * cos(radians) * PI;
  const along = ((AXIS_M * (1 - ECCENTRICITY_SQUARED)) / (flat * root)) * PI;
  return [(eastM * 180) / across, (northM * 180) / along];
}

function bdOf([lon, lat]: Position): Position {
  const radius = sqrt(lon * lon + lat * lat) + 0.000_02 * sin(lat * BD_TURN);
  const angle = Math.atan2(lat, lon) + 0.000_003 * cos(lon * BD_TURN);
  return [radius * cos(angle) + BD_EAST, radius * sin(angle) + BD_NORTH];
}
