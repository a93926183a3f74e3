// How many cases are chosen for a bulk step.

/** Say it in the bar below the list, and show which are chosen when all are. */
export function countPicks(): void {
  const said = document.querySelector<HTMLElement>("[data-picked]");
  const all = document.querySelector<HTMLInputElement>("[data-all]");
  if (!said || !all) return;
  const words = said.dataset.picked ?? "";
  const tell = (): void => {
    const count = document.querySelectorAll("[data-pick]:checked").length;
    said.textContent = count && !all.checked ? words.replace("{count}", String(count)) : "";
  };
  document.addEventListener("change", tell);
  document.body.addEventListener("htmx:afterSettle", tell);
  tell();
}
