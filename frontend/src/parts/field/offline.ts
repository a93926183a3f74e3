/** Say in one line when there is no network. */
export function tellOffline(): void {
  const line = document.querySelector<HTMLElement>("[data-offline]");
  if (!line) return;
  const show = () => {
    line.hidden = navigator.onLine;
    line.textContent = navigator.onLine ? "" : (line.dataset.words ?? "");
  };
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
}
