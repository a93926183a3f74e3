const KEY = "gongzhi.seen.";

/** Mark the reader's own cases that changed since they were looked at in this browser. */
export function markChanged(): void {
  const looked = document.querySelector<HTMLElement>("[data-case][data-stand]");
  try {
    if (looked) localStorage.setItem(KEY + looked.dataset.case, looked.dataset.stand ?? "");
    for (const row of document.querySelectorAll<HTMLElement>("[data-stand-then]")) {
      const seen = localStorage.getItem(KEY + row.dataset.case);
      const mark = row.querySelector<HTMLElement>(".changed");
      if (mark) mark.hidden = seen === null || seen === row.dataset.standThen;
    }
  } catch {
    // A browser that keeps nothing marks nothing.
  }
}
