// Asks now and then whether the list changed.  What is new is put in by itself where nothing can
// slip away under the hand; else a line says so, and waits to be asked.

import { refresh } from "./refreshing";

const PAUSE = 10_000; // milliseconds between two questions
const LONGEST = 120_000; // after failures

/** Ask while the page is seen; the browser keeps the answer and asks only whether it is new. */
export function watchForChanges(): void {
  const place = document.querySelector<HTMLElement>("[data-changes]");
  if (!place?.dataset.changes) return;
  let pause = PAUSE;
  let timer = 0;
  const again = (): void => {
    window.clearTimeout(timer);
    if (!document.hidden) timer = window.setTimeout(ask, pause);
  };
  const ask = async (): Promise<void> => {
    try {
      const answer = await fetch(place.dataset.changes ?? "", { cache: "no-cache" });
      pause = answer.ok && !answer.redirected ? PAUSE : Math.min(pause * 2, LONGEST);
      if (answer.ok && !answer.redirected) await tell(place, (await answer.text()).trim());
    } catch {
      pause = Math.min(pause * 2, LONGEST);
    }
    again();
  };
  place.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("a")) return;
    event.preventDefault();
    void refresh({ rows: true });
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? again() : void ask()));
  again();
}

async function tell(place: HTMLElement, text: string): Promise<void> {
  if (text && isHandOff()) return refresh({ rows: true });
  if (place.innerHTML.trim() !== text) place.innerHTML = text;
  if (text) await refresh({ rows: false });
}

/** Return whether no pointer lies on the list, nothing is chosen and no further page is read. */
function isHandOff(): boolean {
  const isFurther = new URLSearchParams(location.search).has("after");
  const touched = ".desk-list:hover [data-rows], [data-pick]:checked, [data-all]:checked, .bulk-bar:focus-within";
  return !isFurther && document.querySelector(touched) === null;
}
