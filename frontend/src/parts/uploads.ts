/** Sends a file in pieces, and goes on where it was interrupted. */

import { Refused, Unreachable, send, sendJson } from "./uploads_api";

const LARGEST = 256 * 1024; // bytes; the server takes 512 kB
const SMALLEST = 16 * 1024; // bytes; still arrives in time over the slowest network
const SLOW = 15_000; // milliseconds for a piece, beyond which the next is smaller
const MOST_TURNS = 5; // how often the server may say that it stands elsewhere

let length = LARGEST; // bytes of the next piece, as the network of this moment bears them

export interface Piecewise {
  id: string;
  name: string;
  purpose: string;
  blob: Blob;
}

/** Bring a file to the server, or the rest of it; nothing is sent twice. */
export async function sendInPieces(
  file: Piecewise,
  told: (sent: number, of: number) => void = () => {},
): Promise<void> {
  const { id, name, purpose, blob } = file;
  const begun = await sendJson("/api/v1/uploads", { id, name, purpose, size: blob.size });
  let offset = Number(begun["offset"]);
  let turns = 0;
  while (offset < blob.size) {
    told(offset, blob.size);
    try {
      offset = await sendPiece(id, blob.slice(offset, offset + length), offset);
    } catch (trouble) {
      if (trouble instanceof Unreachable) shorten();
      offset = standing(trouble, ++turns);
    }
  }
  told(offset, blob.size);
}

function shorten(): void {
  length = Math.max(SMALLEST, length / 2);
}

async function sendPiece(id: string, piece: Blob, offset: number): Promise<number> {
  const begun = Date.now();
  const answer = await send(`/api/v1/uploads/${id}`, {
    method: "PATCH",
    body: piece,
    headers: { "Content-Type": "application/offset+octet-stream", "Upload-Offset": `${offset}` },
  });
  if (Date.now() - begun > SLOW) shorten();
  return Number(answer.headers.get("Upload-Offset"));
}

/** Return where the server stands when that is what it refused for. */
function standing(trouble: unknown, turns: number): number {
  if (trouble instanceof Refused && turns <= MOST_TURNS) {
    const { code, facts } = trouble.problem;
    if (code === "evidence.upload_elsewhere") return Number(facts["offset"]);
  }
  throw trouble;
}
