const MOST = 6; // photographs of a form; the server takes no more

/** Show the pictures that a reader has chosen, in a large control of our own words. */
export function previewPictures(): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-previews-of]")) {
    const field = document.getElementById(place.dataset.previewsOf ?? "");
    if (!(field instanceof HTMLInputElement)) continue;
    makeOurs(field);
    let chosen: File[] = [];
    const keep = (files: File[]) => {
      chosen = files.slice(0, MOST);
      putInto(field, chosen);
      place.hidden = chosen.length === 0;
      place.replaceChildren(
        ...chosen.map((file) => preview(file, place, () => keep(chosen.filter((one) => one !== file)))),
      );
    };
    // A second photograph taken with the camera stands beside the first, not in its stead.
    field.addEventListener("change", () => keep([...chosen, ...(field.files ?? [])]));
  }
}

/** Let our words stand where browsers write theirs; the field itself stays, unseen above them. */
function makeOurs(field: HTMLInputElement): void {
  const way = field.closest("[data-photo-way]");
  const words = way?.querySelector<HTMLElement>(".photo-words");
  if (!way || !words) return;
  way.classList.add("is-ours");
  words.hidden = false;
}

function putInto(field: HTMLInputElement, files: File[]): void {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  field.files = transfer.files;
}

function preview(file: File, place: HTMLElement, drop: () => void): HTMLElement {
  const picture = document.createElement("img");
  picture.alt = file.name;
  picture.src = URL.createObjectURL(file);
  picture.onload = picture.onerror = () => URL.revokeObjectURL(picture.src);
  const remove = document.createElement("button");
  remove.type = "button";
  remove.textContent = "✕";
  remove.setAttribute("aria-label", `${place.dataset.remove ?? ""}: ${file.name}`);
  remove.addEventListener("click", drop);
  const shown = document.createElement("span");
  shown.append(picture, remove);
  return shown;
}
