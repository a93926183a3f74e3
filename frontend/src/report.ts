/**
 * The report form: photograph, place, kind, similar ones, send.  On a phone each is a screen,
 * on a desk all stand on one page.  What is entered is kept on this phone at once; what is sent
 * goes through the outbox, so that a dead network or a closed page loses nothing.
 */

import { goTo, known } from "./parts/offline_reports";
import { errandOf, keepErrand, onErrands, sendErrands, uuid7 } from "./parts/outbox";
import { ReportDraft } from "./parts/report/draft";
import { Shots } from "./parts/report/shots";
import { askAlike, askSuggestions } from "./parts/report/hints";
import { Questions } from "./parts/report/questions";
import { sayMineToo } from "./parts/report/mine_too";
import { tellPlace } from "./parts/report/placed";
import { type Mistake, Screens } from "./parts/report/screens";

const WIDE = matchMedia("(min-width: 62rem)"); // as in report.css

const form = document.querySelector<HTMLFormElement>("form[data-report]");
if (form) void begin(form);

async function begin(form: HTMLFormElement): Promise<void> {
  build(form);
  const shots = new Shots(form);
  const questions = new Questions(form);
  const screens = new Screens(form);
  const draft = new ReportDraft(form, shots);
  form.addEventListener("submit", (event) => {
    if (event.target !== form) return; // “mine too” of a case that is shown
    event.preventDefault();
    if (screens.goOn(mistake(form) ?? questions.mistake())) void send(form, shots, questions, screens, draft);
  });
  sayMineToo(form, async () => {
    await draft.drop();
    form.reset();
    await screens.leave();
    showWaiting(form);
  });
  const hints = () => {
    questions.ask();
    void askAlike(form);
  };
  form.addEventListener("change", hints);
  askSuggestions(form, hints);
  network(form);
  // Fields are filled and questions asked before a draft's answers are put back.
  if (!(await draft.restore(() => questions.ask()))) screens.beginAnew();
  tellPlace(form);
  hints();
  form.dataset.ready = "1";
}

/** Put the parts that need script around the parts of the first page. */
function build(form: HTMLFormElement): void {
  form.noValidate = true; // a field on another screen could not be pointed at
  const part = (name: string) =>
    document.querySelector<HTMLTemplateElement>(`template[data-${name}]`)?.content ??
    new DocumentFragment();
  const goOn = form.querySelector(".go-on");
  form.prepend(part("way").cloneNode(true), part("photo-screen").cloneNode(true));
  goOn?.before(part("send-screen").cloneNode(true), part("foot").cloneNode(true));
  form.querySelector("#address")?.closest(".field")?.after(part("placed").cloneNode(true));
  mapBeside(form);
  form.querySelectorAll(".screen .part-number").forEach((one, place) => {
    one.textContent = `${place + 1}`;
  });
}

/** On a desk the map stands beside the form and is drawn when the form is there; else on demand. */
function mapBeside(form: HTMLFormElement): void {
  const map = form.querySelector<HTMLElement>(".map-pick");
  const home = map?.parentElement;
  if (!map || !home) return;
  const put = () => {
    if (WIDE.matches) form.append(map);
    else home.append(map);
  };
  if (WIDE.matches) map.dataset.start = "";
  put();
  WIDE.addEventListener("change", put);
}

/** Say whether there is a network; reporting goes on without. */
function network(form: HTMLFormElement): void {
  const told = form.querySelector<HTMLElement>("[data-no-network]");
  const tell = () => {
    if (told) told.hidden = navigator.onLine;
  };
  addEventListener("online", tell);
  addEventListener("offline", tell);
  tell();
}

async function send(
  form: HTMLFormElement,
  shots: Shots,
  questions: Questions,
  screens: Screens,
  draft: ReportDraft,
): Promise<void> {
  const trouble = mistake(form) ?? questions.mistake();
  if (trouble) return screens.tell(trouble);
  screens.busy(true);
  const id = uuid7();
  try {
    const files = await shots.toSend();
    await keepErrand({ id, kind: "report", title: title(form), fields: fields(form, questions), files });
  } catch {
    // Nothing can be kept in this browser: the form goes the ordinary way, with its photographs.
    return sendPlainly(form, shots);
  }
  await draft.drop();
  form.reset();
  await screens.leave();
  follow(form, id);
  await sendErrands();
}

/** Go to the page of the report once it is sent; until then the list below tells its state. */
function follow(form: HTMLFormElement, id: string): void {
  showWaiting(form);
  const stop = onErrands(() => {
    void errandOf(id).then((errand) => {
      if (errand?.state !== "done") return;
      stop();
      const { number, code } = known(errand);
      void goTo(form.dataset.done ?? "", number, code);
    });
  });
}

/** In the place of the form stands what is being sent, until it is. */
function showWaiting(form: HTMLFormElement): void {
  form.hidden = true;
  const another = document.querySelector<HTMLElement>("[data-another]");
  if (another) another.hidden = false;
  document.querySelector("[data-phone-reports]")?.scrollIntoView();
}

function sendPlainly(form: HTMLFormElement, shots: Shots): void {
  shots.intoField();
  form.querySelector("button[name=next]")?.removeAttribute("name");
  form.submit();
}

function value(form: HTMLFormElement, name: string): string {
  const field = form.elements.namedItem(name);
  return field && "value" in field ? String(field.value).trim() : "";
}

function mistake(form: HTMLFormElement): Mistake | null {
  const degrees = [value(form, "longitude"), value(form, "latitude")];
  if (degrees.some((one) => one && !Number.isFinite(Number(one)))) {
    return { screen: "place", words: form.dataset.badPosition ?? "" };
  }
  const hasPosition = degrees.every(Boolean);
  if (!value(form, "address") && !hasPosition) {
    return { screen: "place", words: form.dataset.needsPlace ?? "" };
  }
  if (!value(form, "text") && !value(form, "category_code")) {
    return { screen: "kind", words: form.dataset.needsWords ?? "" };
  }
  return null;
}

function title(form: HTMLFormElement): string {
  const kind = form.querySelector<HTMLSelectElement>("#category_code");
  const named = kind?.value ? kind.selectedOptions[0]?.text : "";
  return [named, value(form, "text").slice(0, 60)].filter(Boolean).join(" · ");
}

function fields(form: HTMLFormElement, questions: Questions): Record<string, unknown> {
  const number = (name: string) => (value(form, name) ? Number(value(form, name)) : null);
  const sent: Record<string, unknown> = {
    category_code: value(form, "category_code"),
    text: value(form, "text"),
    address: value(form, "address"),
    longitude: number("longitude"),
    latitude: number("latitude"),
    frame: value(form, "located") ? "wgs84" : "",
    contact_name: value(form, "contact_name"),
    contact_phone: value(form, "contact_phone"),
    answers: questions.answers(),
  };
  // Made here, so that the page without network gives every report a code of its own.
  if (!form.dataset.signedIn) sent["claim_code"] = claimCode();
  return sent;
}

/** Return a code that a person can copy by hand; signs that look alike are left out. */
function claimCode(): string {
  const signs = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
  const chance = crypto.getRandomValues(new Uint32Array(12));
  const code = [...chance].map((one) => signs[one % signs.length]).join("");
  return `${code.slice(0, 4)}-${code.slice(4, 8)}-${code.slice(8)}`;
}
