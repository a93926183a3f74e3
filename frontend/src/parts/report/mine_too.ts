/** “Mine too” of a case that is shown before sending: through the outbox, so that no network loses it. */

import { errandOf, keepErrand, onErrands, sendErrands } from "../outbox";

/** Count the reader among those who have the same problem, in place of a report of their own. */
export function sayMineToo(form: HTMLFormElement, said: () => Promise<void>): void {
  // On the way down: a form within a form does not let its submitting come up again.
  const hear = (event: Event) => {
    const asked = event.target as HTMLFormElement;
    const { mineToo: number, title = "" } = asked.dataset;
    if (asked === form || !number) return;
    event.preventDefault();
    if (asked.dataset.sent) return;
    asked.dataset.sent = "1";
    void keepErrand({ kind: "step", step: "support", number, title, fields: {} })
      .then(async ({ id }) => {
        await said();
        openWhenDone(id, asked.action);
        await sendErrands();
      })
      .catch(() => asked.submit()); // nothing can be kept in this browser
  };
  form.addEventListener("submit", hear, { capture: true });
}

function openWhenDone(id: string, address: string): void {
  const stop = onErrands(() => {
    void errandOf(id).then((errand) => {
      if (errand?.state !== "done") return;
      stop();
      location.assign(address.replace(/\/support$/, ""));
    });
  });
}
