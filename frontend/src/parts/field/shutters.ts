/** The buttons that open the camera: show what was taken. */
export function showShutters(): void {
  for (const field of document.querySelectorAll<HTMLInputElement>(".shutter-input")) {
    field.addEventListener("change", () => show(field));
    show(field); // a browser may remember what was chosen before
  }
}

function show(field: HTMLInputElement): void {
  const box = field.closest<HTMLElement>(".shutter");
  const picture = box?.querySelector<HTMLImageElement>("[data-seen]");
  const file = field.files?.[0];
  box?.classList.toggle("is-taken", Boolean(file));
  if (!picture) return;
  picture.hidden = !file;
  if (!file) return;
  picture.src = URL.createObjectURL(file);
  picture.onload = () => URL.revokeObjectURL(picture.src);
}
