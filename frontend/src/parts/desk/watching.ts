// Asks now and then whether the list changed, and says so; the list itself stays under the hand.

const PAUSE = 10_000; // milliseconds between two questions
const LONGEST = 120_000; // after failures

/** Ask while the page is seen; the browser keeps the answer and asks only whether it is new. */
export function watchForChanges(): void {
  const place = document.querySelector<HTMLElement>("[data-changes]");
  const address = place?.dataset.changes;
  if (!place || !address) return;
  let pause = PAUSE;
  let timer = 0;
  const again = (): void => {
    window.clearTimeout(timer);
    if (!document.hidden) timer = window.setTimeout(ask, pause);
  };
  const ask = async (): Promise<void> => {
    try {
      const answer = await fetch(address, { cache: "no-cache" });
      const text = answer.ok ? (await answer.text()).trim() : "";
      pause = answer.ok ? PAUSE : Math.min(pause * 2, LONGEST);
      if (answer.ok && place.innerHTML.trim() !== text) place.innerHTML = text;
    } catch {
      pause = Math.min(pause * 2, LONGEST);
    }
    again();
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? again() : void ask()));
  again();
}
