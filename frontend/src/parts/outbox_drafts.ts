/** What was begun on this phone and not sent yet. */

import { type Draft, phone } from "./outbox";

/** Keep a draft in place of the one before. */
export async function keepDraft(draft: Draft): Promise<void> {
  await (await phone()).put("drafts", draft);
}

/** Return a draft by its name. */
export async function draftOf(name: string): Promise<Draft | undefined> {
  return (await phone()).get("drafts", name);
}

/** Forget a draft. */
export async function dropDraft(name: string): Promise<void> {
  await (await phone()).delete("drafts", name);
}
