import { optionsOf, part } from "./options";

const NEAR = "300px"; // below the window: a map is drawn shortly before it is seen

interface Connection {
  readonly saveData?: boolean;
  readonly effectiveType?: string;
}

/** Let every map of the page be drawn: at once when it is near, or when the reader asks. */
export function startMaps(): void {
  for (const box of document.querySelectorAll<HTMLElement>("[data-map]")) {
    if (!canDraw()) fail(box);
    else if (box.dataset.start === "button" || isDear()) ask(box);
    else whenNear(box, () => void open(box));
  }
}

/** Tell whether the browser can draw maps at all, before anything is loaded for it. */
function canDraw(): boolean {
  try {
    const context = document.createElement("canvas").getContext("webgl2");
    context?.getExtension("WEBGL_lose_context")?.loseContext();
    return context !== null && "Worker" in globalThis;
  } catch {
    return false;
  }
}

/** Tell whether the reader saves data or waits long for them. */
function isDear(): boolean {
  const connection = (navigator as { connection?: Connection }).connection;
  return connection?.saveData === true || /2g|^3g/.test(connection?.effectiveType ?? "");
}

function ask(box: HTMLElement): void {
  const asking = part(box, "[data-map-ask]");
  asking.hidden = false;
  part(box, "[data-map-start]").addEventListener("click", () => {
    asking.hidden = true;
    void open(box).then(() => box.querySelector("canvas")?.focus());
  });
}

function whenNear(box: HTMLElement, then: () => void): void {
  const wait = part(box, "[data-map-wait]");
  wait.hidden = false;
  const watch = new IntersectionObserver(
    (entries) => {
      if (!entries.some((one) => one.isIntersecting)) return;
      watch.disconnect();
      // After the page itself: its words and buttons come first.
      if ("requestIdleCallback" in globalThis) requestIdleCallback(then, { timeout: 1500 });
      else setTimeout(then, 200);
    },
    { rootMargin: NEAR },
  );
  watch.observe(box);
}

async function open(box: HTMLElement): Promise<void> {
  part(box, "[data-map-wait]").hidden = false;
  box.classList.add("is-drawn");
  try {
    const [{ drawMap }] = await Promise.all([import("./view"), styleSheet(box.dataset.css ?? "")]);
    part(box, "[data-map-canvas]").hidden = false;
    await drawMap(optionsOf(box));
    part(box, "[data-map-wait]").hidden = true;
  } catch {
    fail(box);
  }
}

/** Say in a plain sentence that there is no map; the list stays. */
function fail(box: HTMLElement): void {
  box.classList.add("has-failed");
  box.classList.remove("is-drawn");
  part(box, "[data-map-wait]").hidden = true;
  part(box, "[data-map-ask]").hidden = true;
  part(box, "[data-map-canvas]").hidden = true;
  part(box, "[data-map-trouble]").hidden = false;
}

/** Load the style sheet of the map's controls, once. */
function styleSheet(address: string): Promise<void> {
  if (!address || document.querySelector(`link[href="${address}"]`)) return Promise.resolve();
  return new Promise((done) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    link.onload = link.onerror = () => done();
    document.head.append(link);
  });
}
