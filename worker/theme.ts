// How Kitsu looks to a person: its userscript says so with each AJAX call, and the page of a form, on a host of its own, has no other way to know.
import * as v from "valibot";
import { THEME_PARAMETER } from "./run.ts";
import type { Env } from "./settings.ts";

const Theme = v.picklist(["light", "dark"]);
export type Theme = v.InferOutput<typeof Theme>;

const KEPT_S = 90 * 86_400;

const keyOf = (person: string) => `theme/${person}`;

/** What the address of a call says; absent where it does not. */
export function readTheme({ searchParams }: URL): Theme | undefined {
  const said = v.safeParse(Theme, searchParams.get(THEME_PARAMETER));
  return said.success ? said.output : undefined;
}

/** Written only where it is another one: KV is asked often and written seldom. Never throws, for it is about colours. */
export async function keepTheme(env: Env, person: string | undefined, theme: Theme | undefined): Promise<void> {
  if (person === undefined || theme === undefined || (await recallTheme(env, person)) === theme) return;
  await env.RUNS.put(keyOf(person), theme, { expirationTtl: KEPT_S }).catch(() => undefined);
}

/** What was said last; nothing where nobody said anything, or it can't be told. */
export async function recallTheme(env: Env, person: string | undefined): Promise<Theme | undefined> {
  if (person === undefined) return undefined;
  const kept = v.safeParse(Theme, await env.RUNS.get(keyOf(person)).catch(() => undefined));
  return kept.success ? kept.output : undefined;
}
