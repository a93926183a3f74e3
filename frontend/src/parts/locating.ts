/** Let a reader put their own position into the fields of a form. */
export function showLocation(): void {
  if (!navigator.geolocation) return;
  for (const button of document.querySelectorAll<HTMLElement>("[data-locate]")) {
    const told = document.querySelector<HTMLElement>("[data-located]");
    const box = button.closest<HTMLElement>("[hidden]");
    if (!told) continue;
    if (box) box.hidden = false;
    button.addEventListener("click", () => locate(told));
  }
}

function locate(told: HTMLElement): void {
  told.textContent = told.dataset.waiting ?? "";
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      fill("#longitude", coords.longitude.toFixed(6));
      fill("#latitude", coords.latitude.toFixed(6));
      fill("[data-located-flag]", "1");
      const near = told.dataset.near?.replace("{metres}", String(Math.ceil(coords.accuracy)));
      told.textContent = [told.dataset.found, near].filter(Boolean).join(" ");
    },
    () => {
      told.textContent = told.dataset.failed ?? "";
    },
    { enableHighAccuracy: true, timeout: 15_000 },
  );
}

function fill(selector: string, value: string): void {
  const field = document.querySelector<HTMLInputElement>(selector);
  if (!field) return;
  field.value = value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}
