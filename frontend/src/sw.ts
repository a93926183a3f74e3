/**
 * The service worker: pages open without network, and what waits is sent without a page.
 *
 * It keeps the shell — the files of a few pages, and those pages as anybody would see them —
 * and nothing of anybody: every page is fetched anew while there is a network.  The one
 * exception are the pages of those who work outside, which are forgotten at signing out.
 * `self.SHELL` is put before this by the server; its version changes with any of its files.
 */

import { errands, sendErrands } from "./parts/outbox";
import { listenToPushes } from "./parts/offline_pushes";

declare const self: ServiceWorkerGlobalScope & { SHELL: Shell };

interface Shell {
  version: string;
  files: string[]; // addresses of styles, scripts and pictures
  pages: string[]; // addresses of pages that open without network
  offline: string; // the page that stands for all others
  languages: string[];
  icon: string; // of messages
  statics: string; // where addresses of files begin
}

const PREFIX = "gongzhi-shell-";
const FIELD = "gongzhi-field";
const FIELD_PAGES = /^\/field(\/|$)/;
const LANGUAGE = "/language-of-the-reader"; // a key, not an address
const PATIENCE = 6_000; // milliseconds for a page that can be shown from the shell

const shell = () => caches.open(PREFIX + self.SHELL.version);

self.addEventListener("install", (event) => event.waitUntil(keepShell()));
self.addEventListener("activate", (event) => event.waitUntil(dropOldShells()));
self.addEventListener("fetch", (event) => answer(event));
self.addEventListener("sync", (event) => (event as SyncEvent).waitUntil(sendWaiting()));
listenToPushes(self, self.SHELL.icon);

interface SyncEvent extends ExtendableEvent {
  tag: string;
}

async function keepShell(): Promise<void> {
  const cache = await shell();
  await cache.addAll(self.SHELL.files);
  const pages = [...self.SHELL.pages, self.SHELL.offline];
  for (const page of pages) {
    for (const language of self.SHELL.languages) await keepPage(cache, page, language);
  }
}

/** Keep a page as it is for anybody, without the session of whoever installs it. */
async function keepPage(cache: Cache, page: string, language: string): Promise<void> {
  const headers = { "Accept-Language": language };
  const found = await fetch(page, { credentials: "omit", headers, cache: "no-store" });
  if (found.ok && !found.redirected) await cache.put(keyOf(page, language), found);
}

const keyOf = (page: string, language: string) => `${page}?shell=${language}`;

/** Only now that no page of the older version is open are its files of no use any more. */
async function dropOldShells(): Promise<void> {
  const current = PREFIX + self.SHELL.version;
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== current);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

function answer(event: FetchEvent): void {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.method === "POST" && address.pathname === "/sign-out") {
    event.waitUntil(caches.delete(FIELD));
  }
  if (request.method !== "GET") return;
  if (address.pathname.startsWith(self.SHELL.statics)) event.respondWith(fileOf(request));
  else if (request.destination === "image") event.respondWith(pictureOf(request));
  else if (request.mode === "navigate") event.respondWith(pageOf(request, address.pathname));
}

async function fileOf(request: Request): Promise<Response> {
  return (await (await shell()).match(request)) ?? fetch(request);
}

/** A photograph of a task is kept with its page; see parts/field/keeping.ts. */
async function pictureOf(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch {
    const kept = (await caches.has(FIELD)) ? await (await caches.open(FIELD)).match(request.url) : undefined;
    return kept ?? Response.error();
  }
}

async function pageOf(request: Request, path: string): Promise<Response> {
  const isKept = self.SHELL.pages.includes(path) || FIELD_PAGES.test(path);
  try {
    const found = await fetchFor(request, isKept ? PATIENCE : 0);
    await remember(request, found, path);
    return found;
  } catch {
    return keptPage(request, path);
  }
}

async function fetchFor(request: Request, patience: number): Promise<Response> {
  if (!patience) return fetch(request);
  const late = new Promise<never>((_, refuse) => setTimeout(refuse, patience, new Error("late")));
  return Promise.race([fetch(request), late]);
}

async function remember(request: Request, found: Response, path: string): Promise<void> {
  const language = found.headers.get("Content-Language");
  if (language) await (await shell()).put(LANGUAGE, new Response(language));
  if (!FIELD_PAGES.test(path)) return;
  if (found.ok && !found.redirected) await (await caches.open(FIELD)).put(request.url, found.clone());
  else if (found.redirected || found.type === "opaqueredirect") await caches.delete(FIELD);
}

async function keptPage(request: Request, path: string): Promise<Response> {
  const cache = await shell();
  const language = (await (await cache.match(LANGUAGE))?.text()) ?? self.SHELL.languages[0] ?? "";
  const page = self.SHELL.pages.includes(path) ? path : self.SHELL.offline;
  return (
    (FIELD_PAGES.test(path) ? await keptForField(request.url, path) : undefined) ??
    (await cache.match(keyOf(page, language))) ??
    Response.error()
  );
}

/** What was asked with a place or an order is answered by the page as it was without. */
async function keptForField(address: string, path: string): Promise<Response | undefined> {
  const cache = await caches.open(FIELD);
  return (await cache.match(address)) ?? (await cache.match(path)) ?? cache.match(path, { ignoreSearch: true });
}

/** Send what waits; that something still does is told to the browser, which wakes us again. */
async function sendWaiting(): Promise<void> {
  await sendErrands();
  if ((await errands()).some((one) => one.state === "waiting")) throw new Error("still waiting");
}
