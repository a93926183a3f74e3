/** Comfort of the page after a report: copying the code, a place on the home screen. */

interface InstallPrompt extends Event {
  prompt(): Promise<void>;
}

/** Copy what a button holds when it is pressed. */
export function copyOnPress(): void {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll<HTMLElement>("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      void navigator.clipboard.writeText(button.dataset.copy ?? "").then(() => {
        button.textContent = button.dataset.copied ?? "";
      });
    });
  }
}

/** Offer a place on the home screen where the browser would make one. */
export function offerInstalling(): void {
  const hint = document.querySelector<HTMLElement>("[data-install]");
  const button = hint?.querySelector<HTMLElement>("[data-install-now]");
  if (!hint || !button) return;
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    hint.hidden = false;
    button.addEventListener("click", () => {
      void (event as InstallPrompt).prompt();
      hint.hidden = true;
    });
  });
}
