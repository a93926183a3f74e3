/** Talks to the JSON interface: answers, refusals, and the token of this browser's session. */

export interface Problem {
  status: number;
  code: string;
  detail: string;
  facts: Record<string, unknown>;
}

/** The server has said no, in words; asking again changes nothing. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** Nobody answered, or nobody could; it is to be tried again later. */
export class Unreachable extends Error {
  constructor(readonly retryAfter = 0) {
    super("unreachable");
  }
}

const LATER = new Set([401, 408, 425, 429]); // what is not settled by asking otherwise
const FOREIGN = "web.foreign_form";
const GIVE_UP_AFTER = 60_000; // milliseconds for one request

let fetched = ""; // a token read from a page, where no cookie can be read

/** Send a request that writes; with the token of the session as it is now. */
export async function send(address: string, request: RequestInit): Promise<Response> {
  const answer = await once(address, request, await token());
  if (answer.ok) return answer;
  const problem = await problemOf(answer);
  if (problem.code !== FOREIGN) return settle(answer, problem);
  const again = await once(address, request, await freshToken());
  return again.ok ? again : settle(again, await problemOf(again));
}

/** Send a value as JSON and return the JSON that comes back. */
export async function sendJson(
  address: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const answer = await send(address, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", ...headers },
  });
  return (await answer.json()) as Record<string, unknown>;
}

/** Return the token that a form of this session must bear. */
export async function csrf(): Promise<string> {
  return (await token()) || freshToken();
}

async function once(address: string, request: RequestInit, csrf: string): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.set("Accept", "application/json");
  if (csrf) headers.set("X-CSRFToken", csrf);
  const bell = new AbortController();
  const alarm = setTimeout(() => bell.abort(), GIVE_UP_AFTER);
  try {
    const kept: RequestInit = { credentials: "same-origin", signal: bell.signal };
    return await fetch(address, { ...request, ...kept, headers });
  } catch {
    throw new Unreachable();
  } finally {
    clearTimeout(alarm);
  }
}

function settle(answer: Response, problem: Problem): never {
  if (answer.status >= 500 || LATER.has(answer.status)) {
    throw new Unreachable(Number(answer.headers.get("Retry-After")) || 0);
  }
  throw new Refused(problem);
}

async function problemOf(answer: Response): Promise<Problem> {
  let told: Partial<Problem> = {};
  try {
    told = (await answer.clone().json()) as Partial<Problem>;
  } catch {
    // Not from our server, or not whole: only the status is known.
  }
  return {
    status: answer.status,
    code: told.code ?? "",
    detail: told.detail ?? "",
    facts: told.facts ?? {},
  };
}

async function token(): Promise<string> {
  if (typeof document !== "undefined") {
    return /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
  }
  if ("cookieStore" in globalThis) {
    const store = (globalThis as { cookieStore?: CookieReader }).cookieStore;
    return (await store?.get("csrftoken"))?.value ?? fetched;
  }
  return fetched;
}

interface CookieReader {
  get(name: string): Promise<{ value: string } | null>;
}

/** Read a token from a fresh page: a page open for long may hold that of an older session. */
async function freshToken(): Promise<string> {
  const page = await once("/claim", { cache: "no-store" }, "");
  fetched = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(await page.text())?.[1] ?? "";
  return fetched;
}
