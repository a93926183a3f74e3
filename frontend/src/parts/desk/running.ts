// A bulk step that one request could not finish goes on by itself.

const PAUSE = 300; // milliseconds, so that the page can be read and stopped

/** Send the form that goes on, once. */
export function goOn(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-go-on]");
  if (form) window.setTimeout(() => form.requestSubmit(), PAUSE);
}
