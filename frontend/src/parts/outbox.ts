/**
 * The outbox: what was done on this phone and has to reach the server, once.
 *
 * An errand is kept before anything is sent, and sent when there is a network: on opening any
 * page, when the network comes back, and by Background Sync where there is one.  The server
 * knows an errand by its id, so that one sent twice is one deed.
 */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { type Problem, Refused, Unreachable, sendJson } from "./uploads_api";
import { sendInPieces } from "./uploads";

export type { Problem } from "./uploads_api";
export type ErrandState = "waiting" | "sending" | "done" | "refused";

export interface ErrandFile {
  purpose: string;
  name: string;
  blob: Blob;
  uploadId?: string; // given when it is sent for the first time
}

export interface Errand {
  id: string; // UUIDv7; of a report: the id of its case
  kind: "report" | "step" | "deed";
  title: string; // what a person reads in the list
  number?: string; // of the case; steps only
  step?: string;
  address?: string; // of the interface; deeds only
  fields: Record<string, unknown>; // of the JSON body; a step's `version` is among them
  files: ErrandFile[];
  madeAt: string; // ISO 8601
  state: ErrandState;
  answer?: Record<string, unknown>;
  problem?: Problem;
  tries: number;
  notBefore: number; // milliseconds since 1970
}

export type NewErrand = Pick<Errand, "kind" | "title" | "fields"> &
  Partial<Pick<Errand, "id" | "number" | "step" | "address" | "files" | "madeAt">>;

export interface Draft {
  name: string;
  fields: Record<string, string>;
  files: ErrandFile[];
  step: number;
  savedAt: string;
}

interface Phone extends DBSchema {
  errands: { key: string; value: Errand };
  drafts: { key: string; value: Draft };
}

const LOCK = "gongzhi-outbox";
const FIRST_PAUSE = 2_000; // milliseconds; doubled after each failure
const LONGEST_PAUSE = 300_000;
const MOST_DONE = 50; // errands remembered after they are done

let opened: Promise<IDBPDatabase<Phone>> | null = null;
let alarm: ReturnType<typeof setTimeout> | undefined;
let sending: Promise<void> | null = null;
const listeners = new Set<() => void>();
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(LOCK);

const shares = new Map<string, number>(); // of an errand's bytes that have arrived, 0 to 1

channel?.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
  if (Array.isArray(data)) shares.set(String(data[0]), Number(data[1]));
  listeners.forEach((tell) => tell());
});

/** Return the database of this phone. */
export function phone(): Promise<IDBPDatabase<Phone>> {
  opened ??= openDB<Phone>("gongzhi", 1, {
    upgrade(db) {
      db.createObjectStore("errands", { keyPath: "id" });
      db.createObjectStore("drafts", { keyPath: "name" });
    },
    terminated() {
      opened = null;
    },
  });
  return opened;
}

/** Return a new UUID, version 7: ordered by time, made without asking anybody. */
export function uuid7(at = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let place = 0; place < 6; place++) bytes[place] = (at / 2 ** (8 * (5 - place))) & 0xff;
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const digits = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Keep an errand on the phone and begin to send it; resolves when it is kept. */
export async function keepErrand(given: NewErrand): Promise<Errand> {
  const errand: Errand = {
    id: uuid7(),
    files: [],
    madeAt: new Date().toISOString(),
    ...given,
    state: "waiting",
    tries: 0,
    notBefore: 0,
  };
  await (await phone()).put("errands", errand);
  mark(true);
  tell();
  void wakeLater();
  return errand;
}

/** Return all errands, the oldest first. */
export async function errands(): Promise<Errand[]> {
  const all = await (await phone()).getAll("errands");
  return all.sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** Return one errand, if it is still there. */
export async function errandOf(id: string): Promise<Errand | undefined> {
  return (await phone()).get("errands", id);
}

/** Return how much of an errand being sent has arrived, 0 to 1; undefined where nobody knows. */
export function shareOf(id: string): number | undefined {
  return shares.get(id);
}

/** Forget an errand, sent or not. */
export async function dropErrand(id: string): Promise<void> {
  await (await phone()).delete("errands", id);
  tell();
}

/** Try a refused errand again, with other fields where something was mended. */
export async function retryErrand(id: string, mended: Record<string, unknown> = {}): Promise<void> {
  const errand = await errandOf(id);
  if (!errand) return;
  const { problem: _told, ...rest } = errand;
  await put({ ...rest, fields: { ...errand.fields, ...mended }, state: "waiting", notBefore: 0 });
  mark(true);
  await sendErrands();
}

/** Be told whenever an errand changes, in whatever tab; returns how to stop it. */
export function onErrands(callback: (all: Errand[]) => void): () => void {
  const hear = () => void errands().then(callback);
  listeners.add(hear);
  hear();
  return () => listeners.delete(hear);
}

/**
 * Send what waits, the oldest first; one sender at a time, whatever the number of tabs.
 *
 * @param hurry also what is pausing after a failure: the network has just come back.
 */
export function sendErrands(hurry = true): Promise<void> {
  sending ??= alone(() => sendAll(hurry)).finally(() => {
    sending = null;
  });
  return sending;
}

/** Send on every occasion from now on: at once, with the network, when the page is looked at. */
export function sendOnEveryOccasion(): void {
  addEventListener("online", () => void sendErrands());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void sendErrands();
  });
  void sendErrands();
}

async function alone(deed: () => Promise<void>): Promise<void> {
  // Pages that did not come over HTTPS have no locks; the server still takes each errand once.
  if (!navigator.locks) return deed();
  await navigator.locks.request(LOCK, deed);
}

async function sendAll(hurry: boolean): Promise<void> {
  clearTimeout(alarm);
  const seen = new Set<string>();
  while (navigator.onLine) {
    const next = (await errands()).find((one) => isDue(one, hurry) && !seen.has(one.id));
    if (!next) break;
    seen.add(next.id);
    await sendOne(next);
  }
  await sleepUntilDue();
}

function isDue(errand: Errand, hurry: boolean): boolean {
  // One left as “sending” belonged to a page that was closed: nobody else holds the lock.
  if (errand.state !== "waiting" && errand.state !== "sending") return false;
  return hurry || errand.notBefore <= Date.now();
}

async function sendOne(errand: Errand): Promise<void> {
  await put({ ...errand, state: "sending" });
  try {
    const answer = await deliver(errand);
    // The files are on the server now, and would only fill the phone.
    await put({ ...errand, files: [], state: "done", answer });
  } catch (trouble) {
    await put(afterTrouble(errand, trouble));
  }
}

function afterTrouble(errand: Errand, trouble: unknown): Errand {
  if (trouble instanceof Refused) return { ...errand, state: "refused", problem: trouble.problem };
  const tries = errand.tries + 1;
  const asked = trouble instanceof Unreachable ? trouble.retryAfter * 1000 : 0;
  const pause = Math.max(asked, Math.min(FIRST_PAUSE * 2 ** tries, LONGEST_PAUSE));
  return { ...errand, state: "waiting", tries, notBefore: Date.now() + pause };
}

async function deliver(errand: Errand): Promise<Record<string, unknown>> {
  const upload_ids: string[] = [];
  const whole = errand.files.reduce((sum, { blob }) => sum + blob.size, 0);
  let before = 0;
  for (const file of errand.files) {
    upload_ids.push(await bring(errand, file, (sent) => arrived(errand.id, (before + sent) / whole)));
    before += file.blob.size;
  }
  if (errand.kind === "report") {
    const body = { ...errand.fields, case_id: errand.id, upload_ids };
    return sendJson("/api/v1/cases", body);
  }
  const key = { "Idempotency-Key": errand.id };
  if (errand.address) return sendJson(errand.address, { ...errand.fields, upload_ids }, key);
  const address = `/api/v1/cases/${encodeURIComponent(errand.number ?? "")}/steps/${errand.step}`;
  return sendJson(address, { ...errand.fields, upload_ids }, key);
}

/** Bring one file; one whose upload the server has forgotten begins anew under another id. */
async function bring(
  errand: Errand,
  file: ErrandFile,
  told: (sent: number) => void,
): Promise<string> {
  for (let turn = 0; ; turn++) {
    if (!file.uploadId || turn) {
      file.uploadId = uuid7();
      await put({ ...errand, state: "sending" });
    }
    try {
      await sendInPieces({ ...file, id: file.uploadId }, told);
      return file.uploadId;
    } catch (trouble) {
      const isGone = trouble instanceof Refused && trouble.problem.code === "evidence.no_such_upload";
      if (!isGone || turn) throw trouble;
    }
  }
}

/** Let every page know how far the sending is; the worker may be the one that sends. */
function arrived(id: string, share: number): void {
  shares.set(id, share);
  listeners.forEach((one) => one());
  channel?.postMessage([id, share]);
}

async function sleepUntilDue(): Promise<void> {
  const all = await errands();
  const waiting = all.filter((one) => one.state === "waiting");
  mark(waiting.length > 0);
  await forgetOldest(all.filter((one) => one.state === "done"));
  if (!waiting.length || typeof document === "undefined") return;
  const first = Math.min(...waiting.map((one) => one.notBefore));
  alarm = setTimeout(() => void sendErrands(false), Math.max(first - Date.now(), FIRST_PAUSE));
}

async function forgetOldest(done: Errand[]): Promise<void> {
  const db = await phone();
  for (const one of done.slice(0, Math.max(done.length - MOST_DONE, 0))) {
    await db.delete("errands", one.id);
  }
}

async function put(errand: Errand): Promise<void> {
  await (await phone()).put("errands", errand);
  tell();
}

function tell(): void {
  listeners.forEach((one) => one());
  channel?.postMessage("changed");
}

/** Let every page know without opening the database whether something waits. */
function mark(waits: boolean): void {
  if (typeof localStorage === "undefined") return;
  if (waits) localStorage.setItem(LOCK, "waits");
  else localStorage.removeItem(LOCK);
}

/** Tell whether something may wait to be sent. */
export function mayWait(): boolean {
  return localStorage.getItem(LOCK) !== null;
}

/** Ask the browser to wake the service worker when there is a network, even without a page. */
async function wakeLater(): Promise<void> {
  if (typeof document === "undefined" || !navigator.serviceWorker) return;
  const registration = await navigator.serviceWorker.getRegistration();
  const sync = (registration as Wakeable | undefined)?.sync;
  await sync?.register(LOCK).catch(() => undefined);
}

interface Wakeable {
  sync?: { register(tag: string): Promise<void> };
}
