// Opens Kitsu for a call, with the session of the person who calls or with the bot's account. What
// a call needs in any case is read while we find out who calls.
import type { Call } from "../request/call.ts";
import type { RequestContext } from "../request/request-context.ts";
import { createMemory, type WaitUntil } from "../services/isolate-memory.ts";
import { type Kitsu, openKitsu } from "../services/kitsu.ts";
import { openZou } from "../services/zou.ts";
import type { Settings } from "../settings/settings.ts";
import { findSessionToken, type Person, sendsAccess } from "./person.ts";

/**
 * Kitsu with the account that the call probably uses, before we know who calls. Until
 * `continueReading` is called, only a few small answers are read.
 */
export type EarlyKitsu = { token: string; kitsu: Kitsu; continueReading(): void };

type Opening = {
  /** ids of tasks */
  selection: readonly string[];
  settings: Settings;
  signal: AbortSignal;
  waitUntil: WaitUntil;
  mayContinue?: Promise<unknown>;
  readsTeams?: boolean;
};

/**
 * Starts to read the selected tasks, and the team of the project that the call names, with the
 * account that the call probably uses. Undefined if there is none, or nothing is selected.
 */
export function readEarly(
  request: Request,
  call: Call,
  context: RequestContext,
  signal: AbortSignal,
): EarlyKitsu | undefined {
  const { settings, ctx } = context;
  const { selection } = call;
  const session = findSessionToken(request, context);
  const mayUseBot = call.person.id !== undefined || sendsAccess(request, settings);
  const token = session ?? (mayUseBot ? settings.kitsuToken : undefined);
  if (token === undefined || selection.length === 0) return undefined;
  const { promise: mayContinue, resolve: continueReading } = Promise.withResolvers<void>();
  const account = session === undefined ? "bot" : "person";
  const waitUntil: WaitUntil = (work) => ctx.waitUntil(work);
  const kitsu = openWith(token, account, { selection, settings, signal, waitUntil, mayContinue, readsTeams: true });
  // A refused call does not use the results. Any other gets their errors when it does.
  for (const reading of [kitsu.readSelection(), call.project && kitsu.readTeam(call.project)])
    if (reading) reading.catch(() => undefined);
  return { token, kitsu, continueReading };
}

/**
 * Opens Kitsu with the person's session, else with the bot's account, for a person who may run the
 * action. Undefined if there is neither.
 * @param early is used if it has the same account
 */
export function openKitsuFor(person: Person, early: EarlyKitsu | undefined, opening: Opening): Kitsu | undefined {
  if (person.trust === "unchecked") return undefined;
  if (early?.token !== (person.token ?? opening.settings.kitsuToken)) return reopenKitsuFor(person, opening);
  early?.continueReading();
  return early?.kitsu;
}

/** Opens it long after the call: the person was verified then. */
export function reopenKitsuFor({ token }: Pick<Person, "token">, opening: Opening): Kitsu | undefined {
  if (token !== undefined) return openWith(token, "person", opening);
  const { kitsuToken } = opening.settings;
  return kitsuToken === undefined ? undefined : openWith(kitsuToken, "bot", opening);
}

function openWith(
  token: string,
  account: "person" | "bot",
  { selection, settings: { kitsuApi }, signal, ...options }: Opening,
): Kitsu {
  const zou = openZou(kitsuApi, token, signal, account);
  return openKitsu(zou, `${kitsuApi} ${nameAccount(token)}`, selection, options);
}

const HOUR_MS = 3_600_000;
const accounts = createMemory<number>({ freshMs: HOUR_MS, keepMs: HOUR_MS, maxEntries: 500 });
let lastAccount = 0;

/** A short name for the account of a token, in this isolate. */
function nameAccount(token: string): number {
  const known = accounts.find(token)?.value;
  if (known !== undefined) return known;
  lastAccount += 1;
  accounts.put(token, lastAccount);
  return lastAccount;
}
