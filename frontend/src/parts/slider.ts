/** Put pictures before and after on each other, with one hand between them. */
export function slidePictures(root: ParentNode = document): void {
  for (const slider of root.querySelectorAll<HTMLElement>("[data-slider]")) {
    const hand = slider.querySelector<HTMLInputElement>("[data-slider-hand]");
    const pictures = slider.querySelector<HTMLElement>(".slider-pictures");
    if (!hand || !pictures) continue;
    hand.hidden = false;
    slider.classList.add("is-sliding");
    const show = (): void => {
      pictures.style.setProperty("--cut", `${hand.value}%`);
      const told = (hand.dataset.told ?? "").replace("{share}", hand.value);
      hand.setAttribute("aria-valuetext", told);
    };
    hand.addEventListener("input", show);
    show();
  }
}
