const MOST_SHOWN = 6;

/** Show the pictures that a reader has chosen, before they are sent. */
export function previewPictures(): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-previews-of]")) {
    const field = document.getElementById(place.dataset.previewsOf ?? "");
    if (!(field instanceof HTMLInputElement)) continue;
    field.addEventListener("change", () => {
      const shown = [...(field.files ?? [])].slice(0, MOST_SHOWN).map(preview);
      place.replaceChildren(...shown);
      place.hidden = shown.length === 0;
    });
  }
}

function preview(file: File): HTMLImageElement {
  const picture = document.createElement("img");
  picture.alt = file.name;
  picture.src = URL.createObjectURL(file);
  picture.onload = () => URL.revokeObjectURL(picture.src);
  return picture;
}
