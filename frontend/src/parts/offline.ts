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
  nameManifest();
  copyOnPress();
  offerInstalling();
}

/** Tell the browser how the site is installed, in the language of the page. */
function nameManifest(): void {
  if (document.querySelector("link[rel=manifest]")) return;
  const link = document.createElement("link");
  link.rel = "manifest";
  link.href = `/manifest.webmanifest?language=${document.documentElement.lang}`;
  document.head.append(link);
}

function waits(): boolean {
  try {
    return localStorage.getItem(OUTBOX) !== null;
  } catch {
    return false; // a browser that keeps nothing
  }
}
