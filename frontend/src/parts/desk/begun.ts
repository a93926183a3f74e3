// A call that was begun is kept in this tab until it is taken in.

const KEY = "call";
const PARTS = ["case_id", "claim_code", "text", "address", "category_code", "longitude", "latitude", "located", "contact_name", "contact_phone"];

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** Put back what was begun, and keep what is entered. */
export function keepBegun(form: HTMLFormElement): void {
  const fields = PARTS.map((name) => form.querySelector<Field>(`[name=${name}]`)).filter((one) => one !== null);
  const isFresh = fields.every((one) => one.type === "hidden" || !one.value);
  const begun = JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Record<string, string>;
  if (isFresh) for (const one of fields) one.value = begun[one.name] ?? one.value;
  for (const kind of ["input", "change"]) {
    form.addEventListener(kind, () => {
      const told = Object.fromEntries(fields.map((one) => [one.name, one.value]));
      sessionStorage.setItem(KEY, JSON.stringify(told));
    });
  }
}

/** Forget it, once the page says that it was taken in. */
export function forgetTaken(): void {
  if (new URLSearchParams(location.search).has("taken")) sessionStorage.removeItem(KEY);
}
