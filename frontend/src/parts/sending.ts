/** See to it that a form goes off once, however often it is pressed. */
export function sendOnce(): void {
  const forms = document.querySelectorAll<HTMLFormElement>("form[method=post]");
  for (const form of forms) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
    });
  }
  addEventListener("pageshow", () => {
    for (const form of forms) delete form.dataset.sent;
  });
}
