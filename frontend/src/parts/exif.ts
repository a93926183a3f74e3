/** What the camera noted in a photograph: where and when; and pictures made smaller. */

export interface Noted {
  takenAt?: string; // as the camera writes it: 2026:05:04 12:30:00, in its own time zone
  longitude?: number; // degrees east, WGS 84
  latitude?: number; // degrees north, WGS 84
  block?: Uint8Array; // the note itself, to be put into a smaller copy
}

const SEARCHED = 256 * 1024; // bytes from the beginning, where cameras write their note
const MARK = [0x45, 0x78, 0x69, 0x66, 0, 0]; // “Exif” and two zeros
const LONGEST_BLOCK = 0xffff - 8;
const LONGEST_EDGE = 2048; // pixels of a reduced picture
const QUALITY = 0.85;
const ORIENTATION = 0x0112;
const [GPS, DETAILS] = [0x8825, 0x8769];
const SIZES: Record<number, number> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8 };

/** Return what a photograph says of itself; nothing when it says nothing that can be right. */
export async function notedIn(photo: Blob): Promise<Noted> {
  const bytes = new Uint8Array(await photo.slice(0, SEARCHED).arrayBuffer());
  try {
    const start = find(bytes);
    if (start < 0) return {};
    return read(bytes.subarray(start, start + LONGEST_BLOCK), blockOf(bytes, start));
  } catch {
    return {}; // a note that breaks off, or was written to break readers
  }
}

function find(bytes: Uint8Array): number {
  for (let at = 0; at + 14 < bytes.length; at++) {
    if (MARK.every((byte, place) => bytes[at + place] === byte)) return at + MARK.length;
  }
  return -1;
}

/** Return the note alone: a JPEG says its length just before the mark. */
function blockOf(bytes: Uint8Array, start: number): Uint8Array | undefined {
  const head = start - MARK.length - 4;
  if (head < 0 || bytes[head] !== 0xff || bytes[head + 1] !== 0xe1) return undefined;
  const length = (bytes[head + 2]! << 8) + bytes[head + 3]!;
  return bytes.slice(start, head + 2 + length);
}

interface Entry {
  kind: number;
  count: number;
  at: number; // where the value stands
}

/** One TIFF block: its tables of numbered entries. */
class Block {
  private readonly view: DataView;
  private readonly little: boolean;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.little = this.view.getUint16(0) === 0x4949;
    if (this.short(2) !== 42) throw new RangeError("no TIFF");
  }

  short = (at: number) => this.view.getUint16(at, this.little);
  long = (at: number) => this.view.getUint32(at, this.little);
  putShort = (at: number, value: number) => this.view.setUint16(at, value, this.little);

  table(at: number): Map<number, Entry> {
    const found = new Map<number, Entry>();
    const count = Math.min(this.short(at), 200);
    for (let number = 0; number < count; number++) {
      const place = at + 2 + 12 * number;
      const [kind, many] = [this.short(place + 2), this.long(place + 4)];
      const isShort = (SIZES[kind] ?? 1) * many <= 4;
      found.set(this.short(place), {
        kind,
        count: many,
        at: isShort ? place + 8 : this.long(place + 8),
      });
    }
    return found;
  }

  text(entry: Entry | undefined): string {
    if (!entry || entry.kind !== 2) return "";
    const signs = Array.from({ length: Math.min(entry.count, 40) }, (_, place) =>
      String.fromCharCode(this.view.getUint8(entry.at + place)),
    );
    return signs.join("").replace(/\0.*$/, "").trim();
  }

  /** Return degrees from three fractions: degrees, minutes, seconds. */
  degrees(entry: Entry | undefined): number {
    if (!entry || entry.kind !== 5 || entry.count < 3) return Number.NaN;
    const [whole, minutes, seconds] = [0, 8, 16].map(
      (step) => this.long(entry.at + step) / this.long(entry.at + step + 4),
    );
    return whole! + minutes! / 60 + seconds! / 3600;
  }
}

function read(bytes: Uint8Array, block: Uint8Array | undefined): Noted {
  const tiff = new Block(bytes);
  const first = tiff.table(tiff.long(4));
  const noted: Noted = block ? { block } : {};
  const details = first.get(DETAILS);
  const taken = details && tiff.text(tiff.table(tiff.long(details.at)).get(0x9003));
  if (taken && /^\d{4}:\d\d:\d\d \d\d:\d\d:\d\d$/.test(taken)) noted.takenAt = taken;
  const satellites = first.get(GPS);
  if (satellites) Object.assign(noted, position(tiff, tiff.table(tiff.long(satellites.at))));
  return noted;
}

function position(tiff: Block, table: Map<number, Entry>): Partial<Noted> {
  const latitude = tiff.degrees(table.get(2)) * (tiff.text(table.get(1)) === "S" ? -1 : 1);
  const longitude = tiff.degrees(table.get(4)) * (tiff.text(table.get(3)) === "W" ? -1 : 1);
  const isPossible = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  return isPossible && (latitude || longitude) ? { longitude, latitude } : {};
}

/**
 * Return a smaller copy of a photograph, upright, with the camera's own note of time and place;
 * nothing when this browser cannot open the picture or the copy would not be smaller.
 */
export async function reduced(photo: Blob): Promise<Blob | undefined> {
  try {
    const picture = await createImageBitmap(photo, { imageOrientation: "from-image" });
    const share = Math.min(1, LONGEST_EDGE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * share);
    canvas.height = Math.round(picture.height * share);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const copy = await new Promise<Blob | null>((done) => {
      canvas.toBlob(done, "image/jpeg", QUALITY);
    });
    if (!copy || copy.size >= photo.size) return undefined;
    return await withNote(copy, (await notedIn(photo)).block);
  } catch {
    return undefined; // a format this browser does not know: it is sent as it is
  }
}

/** Put the camera's note behind the first two bytes of a JPEG; the picture is upright by now. */
async function withNote(copy: Blob, block: Uint8Array | undefined): Promise<Blob> {
  if (!block || block.length > LONGEST_BLOCK) return copy;
  const note = block.slice();
  const tiff = new Block(note);
  const turned = tiff.table(tiff.long(4)).get(ORIENTATION);
  if (turned) tiff.putShort(turned.at, 1);
  const length = note.length + MARK.length + 2;
  const head = new Uint8Array([0xff, 0xe1, length >> 8, length & 0xff, ...MARK]);
  return new Blob([copy.slice(0, 2), head, note, copy.slice(2)], { type: "image/jpeg" });
}
