/** On every page: the service worker, and what still waits to be sent from this phone. */

import { copyOnPress, offerInstalling } from "./offline_done";

const OUTBOX = "gongzhi-outbox"; // see parts/outbox.ts, which is loaded only where it is needed

/** Let pages open without network, and send what waits. */
export function workOffline(): void {
  if ("serviceWorker" in navigator && window.isSecureContext) {
    void navigator.serviceWorker.register("/service-worker.js", { updateViaCache: "none" });
  }
  if (waits()) void import("./outbox").then(({ sendOnEveryOccasion }) => sendOnEveryOccasion());
  if (document.querySelector("[data-phone-reports]")) {
    void import("./offline_reports").then(({ showReports }) => showReports());
  }
  copyOnPress();
  offerInstalling();
}

function waits(): boolean {
  try {
    return localStorage.getItem(OUTBOX) !== null;
  } catch {
    return false; // a browser that keeps nothing
  }
}
