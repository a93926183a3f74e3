/** Let a reader ask, in one press, to be told in this browser; nothing is asked before. */
export function offerPush(): void {
  const place = document.querySelector<HTMLElement>("[data-push]");
  if (!place || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
  void offer(place);
}

async function offer(place: HTMLElement): Promise<void> {
  const worker = await navigator.serviceWorker.ready;
  const form = place.querySelector("form");
  const button = place.querySelector("button");
  if (!form || !button) return;
  place.hidden = false;
  await show(place, await worker.pushManager.getSubscription());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    button.disabled = true;
    void change(place, form, worker).finally(() => {
      button.disabled = false;
      delete form.dataset.sent;
    });
  });
}

async function change(
  place: HTMLElement,
  form: HTMLFormElement,
  worker: ServiceWorkerRegistration,
): Promise<void> {
  const now = await worker.pushManager.getSubscription();
  try {
    if (now) {
      await tell(place, form, place.dataset.end ?? "", { endpoint: now.endpoint });
      await now.unsubscribe();
    } else {
      await begin(place, form, worker);
    }
    await show(place, await worker.pushManager.getSubscription());
  } catch (trouble) {
    say(place, trouble instanceof Refused ? trouble.message : (place.dataset.failed ?? ""));
  }
}

async function begin(
  place: HTMLElement,
  form: HTMLFormElement,
  worker: ServiceWorkerRegistration,
): Promise<void> {
  if ((await Notification.requestPermission()) !== "granted") {
    throw new Refused(place.dataset.forbidden ?? "");
  }
  const made = await worker.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: place.dataset.key,
  });
  const keys = made.toJSON().keys ?? {};
  try {
    await tell(place, form, form.action, { endpoint: made.endpoint, ...keys });
  } catch (trouble) {
    await made.unsubscribe();
    throw trouble;
  }
}

class Refused extends Error {}

/** Send to the server; its refusals are sentences for the reader. */
async function tell(
  place: HTMLElement,
  form: HTMLFormElement,
  address: string,
  facts: Record<string, string>,
): Promise<void> {
  const body = new FormData(form);
  for (const [name, value] of Object.entries(facts)) body.set(name, value);
  const headers = { Accept: "application/json" };
  const answer = await fetch(address, { method: "POST", body, headers });
  if (answer.ok) return;
  const problem = (await answer.json().catch(() => ({}))) as { detail?: string };
  throw new Refused(problem.detail ?? place.dataset.failed ?? "");
}

async function show(place: HTMLElement, now: PushSubscription | null): Promise<void> {
  const button = place.querySelector("button");
  if (button) button.textContent = (now ? place.dataset.stop : place.dataset.start) ?? "";
  say(place, (now ? place.dataset.on : place.dataset.off) ?? "");
}

function say(place: HTMLElement, text: string): void {
  const told = place.querySelector<HTMLElement>("[role=status]");
  if (told) told.textContent = text;
}
