interface Counted {
  spans: [number, number][]; // when the clock runs, ms since 1970
  from: number;
  used: number; // per cent, when the page was made
  day: number; // seconds of one day in the unit of the limit
  left: string;
  over: string;
  days: [string, string];
  hours: string;
  minutes: string;
  least: string;
}

const MINUTE = 60_000;

/** Let promise clocks count on, a minute at a time; nothing is announced by itself. */
export function countDown(): void {
  for (const box of document.querySelectorAll<HTMLElement>("[data-clock]")) {
    const told = document.getElementById(box.dataset.clock ?? "")?.textContent;
    const text = box.querySelector<HTMLElement>("[data-clock-text]");
    if (told && text) count(JSON.parse(told) as Counted, box, text);
  }
}

function count(counted: Counted, box: HTMLElement, text: HTMLElement): void {
  const whole = seconds(counted, Date.now()) / Math.max(1 - counted.used / 100, 0.01);
  const ring = box.querySelector("[data-clock-ring]");
  const show = (): void => {
    const left = seconds(counted, Date.now());
    text.textContent =
      left > 0 ? counted.left.replace("{span}", spanWords(counted, left)) : counted.over;
    if (left <= 0) box.className = box.className.replace(/state-(running|soon)/, "state-broken");
    const used = left > 0 ? Math.round(100 * (1 - left / whole)) : 100;
    ring?.setAttribute("stroke-dasharray", `${used} 100`);
    if (left > 0) setTimeout(show, MINUTE - (Date.now() % MINUTE));
  };
  setTimeout(show, MINUTE - (Date.now() % MINUTE));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) show();
  });
}

function seconds(counted: Counted, now: number): number {
  const parts = counted.spans.map(([start, end]) => Math.max(0, end - Math.max(start, now)));
  return parts.reduce((sum, part) => sum + part, 0) / 1000;
}

function spanWords(counted: Counted, left: number): string {
  const days = Math.floor(left / counted.day);
  const hours = Math.floor((left % counted.day) / 3600);
  const minutes = Math.floor(((left % counted.day) % 3600) / 60);
  const inDays = (days === 1 ? counted.days[0] : counted.days[1]).replace("{n}", `${days}`);
  const inHours = counted.hours.replace("{n}", `${hours}`);
  const inMinutes = counted.minutes.replace("{n}", `${minutes}`);
  if (days) return hours ? `${inDays} ${inHours}` : inDays;
  if (hours) return minutes ? `${inHours} ${inMinutes}` : inHours;
  return minutes ? inMinutes : counted.least;
}
