/** What the service worker does with messages that the server pushes. */

interface Told {
  title?: string;
  body?: string;
  address?: string; // of the page it is about
  tag?: string; // a later message of the same tag takes the place of the earlier one
}

/** Show pushed messages, and open what they are about when they are pressed. */
export function listenToPushes(worker: ServiceWorkerGlobalScope, icon: string): void {
  worker.addEventListener("push", (event) => event.waitUntil(show(worker, event.data, icon)));
  worker.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(open(worker, String(event.notification.data ?? "/")));
  });
}

async function show(
  worker: ServiceWorkerGlobalScope,
  data: PushMessageData | null,
  icon: string,
): Promise<void> {
  let told: Told = {};
  try {
    told = (data?.json() ?? {}) as Told;
  } catch {
    told = { body: data?.text() ?? "" };
  }
  const { title = "", body = "", address = "/", tag = "" } = told;
  await worker.registration.showNotification(title, { body, tag, data: address, icon });
}

async function open(worker: ServiceWorkerGlobalScope, address: string): Promise<void> {
  const there = new URL(address, worker.location.origin);
  if (there.origin !== worker.location.origin) return;
  const windows = await worker.clients.matchAll({ type: "window" });
  const same = windows.find((one) => new URL(one.url).pathname === there.pathname);
  await (same ? same.focus() : worker.clients.openWindow(there.href));
}
