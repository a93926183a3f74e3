/**
 * The pages of my tasks, kept on the phone for where there is no network.
 *
 * They are the very pages that the server made: the service worker answers from this cache
 * when an address that begins with /field cannot be reached (see sw.ts).
 */

export const FIELD_CACHE = "gongzhi-field";
const SHELL = ["/field", "/field/tasks", "/field/fix", "/field/area", "/field/me"];
const LAST = "gongzhi-field-kept";
const OFTEN = 120_000; // milliseconds between two rounds
const MOST_PAGES = 40;

interface Task {
  address: string;
}

/** Fetch the pages of my open tasks and forget those of others. */
export async function keepTasks(): Promise<void> {
  if (typeof caches === "undefined" || !navigator.serviceWorker) return;
  await navigator.serviceWorker.ready; // without it nobody would answer from what is kept
  if (!navigator.onLine || wasJustDone()) return;
  try {
    const answer = await fetch("/api/v1/field", { credentials: "same-origin" });
    if (!answer.ok) return;
    const { tasks } = (await answer.json()) as { tasks: Task[] };
    const all = new Set([...SHELL, ...tasks.map((one) => one.address), ...shownHere()]);
    const wanted = [...all].slice(0, MOST_PAGES);
    const cache = await caches.open(FIELD_CACHE);
    const pictures: string[] = [];
    for (const address of wanted) pictures.push(...(await keep(cache, address)));
    for (const address of pictures) await keepPicture(cache, address);
    await forgetOthers(cache, [...wanted, ...pictures]);
    localStorage.setItem(LAST, String(Date.now()));
  } catch {
    // The network broke off, or the page was left: the next page goes on.
  }
}

/** Return the pages of the cases listed here of which I may take a step. */
function shownHere(): string[] {
  const rows = document.querySelectorAll<HTMLAnchorElement>("[data-case] a:has(.field-step)");
  return [...rows].map((one) => one.pathname);
}

function wasJustDone(): boolean {
  return Date.now() - Number(localStorage.getItem(LAST) ?? 0) < OFTEN;
}

/** Keep a page; return the addresses of the photographs that belong to it. */
async function keep(cache: Cache, address: string): Promise<string[]> {
  const kept = await cache.match(address);
  if (kept && Date.now() - Date.parse(kept.headers.get("Date") ?? "") < OFTEN) return picturesOf(kept);
  const page = await fetch(address, { credentials: "same-origin" });
  if (!page.ok || page.redirected) return [];
  await cache.put(address, page.clone());
  return picturesOf(page);
}

async function picturesOf(page: Response): Promise<string[]> {
  const read = new DOMParser().parseFromString(await page.text(), "text/html");
  const pictures = [...read.querySelectorAll<HTMLImageElement>("img[data-keep]")];
  return pictures.map((one) => one.getAttribute("src") ?? "").filter(Boolean);
}

async function keepPicture(cache: Cache, address: string): Promise<void> {
  if (await cache.match(address)) return;
  const picture = await fetch(address, { credentials: "same-origin" });
  if (picture.ok && !picture.redirected) await cache.put(address, picture);
}

async function forgetOthers(cache: Cache, wanted: string[]): Promise<void> {
  const known = new Set(wanted.map((one) => new URL(one, location.origin).pathname));
  for (const request of await cache.keys()) {
    if (!known.has(new URL(request.url).pathname)) await cache.delete(request);
  }
}

/** Forget everything of my tasks when I sign out: the phone may be another's tomorrow. */
export function forgetOnLeaving(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form.sign-out")) {
    form.addEventListener("submit", () => {
      localStorage.removeItem(LAST);
      if (typeof caches !== "undefined") void caches.delete(FIELD_CACHE);
    });
  }
}
