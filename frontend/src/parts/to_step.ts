/** Hide the way to the step as long as the step itself is in view. */
export function leadToStep(): void {
  const way = document.querySelector<HTMLElement>("[data-to-step]");
  const step = document.querySelector(".main-step");
  if (!way || !step) return;
  new IntersectionObserver((seen) => {
    way.classList.toggle("is-there", seen.some((one) => one.isIntersecting));
  }).observe(step);
}
