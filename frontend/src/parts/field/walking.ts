/**
 * The way that is walked on duty.
 *
 * Positions are asked for only between going on duty and going off, kept on the phone, and
 * sent in batches; a batch has an id, so that one sent twice is kept once.
 */

import { uuid7 } from "../outbox";
import { dropDraft, draftOf, keepDraft } from "../outbox_drafts";
import { startWaits } from "./duty";
import { Refused, sendJson } from "../uploads_api";

const ON_DUTY = "gongzhi-patrol";
const EVERY = 30_000; // milliseconds between two batches
const MOST = 500; // points of a batch
const LEAST_REST = 5_000; // milliseconds between two points

interface Point {
  at: string;
  longitude: number;
  latitude: number;
  accuracy_m: number;
}

interface Way {
  points: Point[];
  batch: string; // the id of what is being sent
  sending: number; // how many of the first points that is
}

let lastAt = 0;
let queue: Promise<void> = Promise.resolve();

/** Keep the way while on duty, on whatever page of these is open; send what is left over. */
export async function walk(): Promise<void> {
  if (typeof indexedDB === "undefined") return;
  const before = localStorage.getItem(ON_DUTY)?.split(" ")[0] ?? null;
  const running = runningHere(before);
  const patrol = running ?? before;
  if (!patrol) return;
  if (running) watch(running);
  const sendNow = () => void inTurn(() => send(patrol, running === null));
  addEventListener("online", sendNow);
  setInterval(sendNow, EVERY);
  sendNow();
}

/** Return the patrol that goes on; the page “Me” knows, the others remember. */
function runningHere(before: string | null): string | null {
  const isMe = document.querySelector("[data-queue-box]") !== null;
  const box = document.querySelector<HTMLElement>("[data-patrol]");
  const told = box?.dataset.patrol ?? null;
  if (told) localStorage.setItem(ON_DUTY, `${told} ${box?.dataset.begun ?? ""}`);
  if (told || !isMe) return told ?? before;
  return null;
}

function watch(patrol: string): void {
  if (!navigator.geolocation) return;
  const box = document.querySelector<HTMLElement>("[data-patrol]");
  const begun = Date.parse(localStorage.getItem(ON_DUTY)?.split(" ")[1] ?? "") || 0;
  navigator.geolocation.watchPosition(
    (position) => {
      tell(box?.dataset.walking);
      if (position.timestamp < begun) return; // where I was before is nobody's business
      if (position.timestamp - lastAt < LEAST_REST) return;
      lastAt = position.timestamp;
      const { longitude, latitude, accuracy } = position.coords;
      const at = new Date(position.timestamp).toISOString();
      void inTurn(() => add(patrol, { at, longitude, latitude, accuracy_m: accuracy }));
    },
    () => tell(box?.dataset.noPosition),
    { enableHighAccuracy: true, maximumAge: 0 },
  );
}

function tell(words: string | undefined): void {
  const told = document.querySelector<HTMLElement>("[data-patrol-told]");
  if (told && told.textContent !== words) told.textContent = words ?? "";
}

/** Do one thing with the way after the other. */
function inTurn(deed: () => Promise<void>): Promise<void> {
  queue = queue.then(deed, deed);
  return queue;
}

async function wayOf(patrol: string): Promise<Way> {
  const kept = (await draftOf(nameOf(patrol)))?.fields.way;
  return kept ? (JSON.parse(kept) as Way) : { points: [], batch: "", sending: 0 };
}

async function keep(patrol: string, way: Way): Promise<void> {
  const savedAt = new Date().toISOString();
  await keepDraft({ name: nameOf(patrol), fields: { way: JSON.stringify(way) }, files: [], step: 0, savedAt });
}

function nameOf(patrol: string): string {
  return `patrol ${patrol}`;
}

async function add(patrol: string, point: Point): Promise<void> {
  const way = await wayOf(patrol);
  way.points.push(point);
  await keep(patrol, way);
}

/** Send what was walked; when the patrol is over and all is sent, forget it. */
async function send(patrol: string, isOver: boolean): Promise<void> {
  if (await startWaits(patrol)) return; // the city does not know of it yet
  const way = await wayOf(patrol);
  if (way.points.length && navigator.onLine) {
    if (!way.batch) {
      way.batch = uuid7();
      way.sending = Math.min(way.points.length, MOST);
      await keep(patrol, way);
    }
    if (!(await deliver(patrol, way))) return;
    await keep(patrol, { points: way.points.slice(way.sending), batch: "", sending: 0 });
    if (way.points.length > way.sending) return send(patrol, isOver);
  }
  if (isOver && navigator.onLine) {
    await dropDraft(nameOf(patrol));
    if (localStorage.getItem(ON_DUTY)?.startsWith(patrol)) localStorage.removeItem(ON_DUTY);
  }
}

/** Tell whether the server has judged the batch; what it refused is not sent again. */
async function deliver(patrol: string, way: Way): Promise<boolean> {
  const body = { batch_id: way.batch, points: way.points.slice(0, way.sending) };
  try {
    await sendJson(`/api/v1/patrols/${patrol}/track`, body);
    return true;
  } catch (trouble) {
    return trouble instanceof Refused;
  }
}
