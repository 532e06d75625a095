// What the worker stores with: KV for the log, Durable Objects, and the counters of the limits.
import { randomHex } from "../format/hex.ts";
import type { Env } from "../settings/settings.ts";
import type { DoctorContext } from "./doctor-context.ts";
import { broken, type Finding, fine, listSome, risky, worthKnowing } from "./finding.ts";

/** KV's shortest time, in case the deletion fails. */
const KEY_LIFE_S = 60;
const OBJECT = "kitsu-actions-doctor";
const LIMITS = ["CALLS_BY_PERSON", "CALLS_BY_ADDRESS", "READS_BY_ADDRESS", "SIGN_INS_BY_ADDRESS"] as const;
/** They are in the environment, too, but are not settings. */
export const BINDINGS: readonly string[] = [
  ...["RUNS", "RUN_COORDINATORS", "TEMPORARY_LINKS", "LONG_RUNS", "LOCKS", "ACTION_USE"],
  ...LIMITS,
];
const ADD_BINDING =
  'Add it to wrangler.toml: "npx kitsu-actions doctor" prints the lines (in a clone: git diff wrangler.toml). Then deploy.';

export async function checkStorage(context: DoctorContext): Promise<Finding[]> {
  const { env } = context;
  const findings = [
    ...(await Promise.all([checkKv(env), checkObjects(env), checkClock(context)])).flat(),
    ...checkLimits(context),
    ...checkStatistics(env),
  ];
  return findings.length > 0 ? findings : [fine("storage", "Storage", "KV and Durable Objects answer.")];
}

async function checkKv({ RUNS }: Partial<Env>): Promise<Finding[]> {
  if (typeof RUNS?.put !== "function")
    return [broken("kv-missing", "RUNS", "The KV namespace is missing, so no run is logged.", ADD_BINDING)];
  const key = `doctor/${randomHex(8)}`;
  try {
    await RUNS.put(key, key, { expirationTtl: KEY_LIFE_S });
    if ((await RUNS.get(key)) !== key) throw new Error("It does not return what was written.");
    await RUNS.delete(key);
    return [];
  } catch (cause) {
    return [
      broken(
        "kv-failed",
        "RUNS",
        `KV can't store: ${quote(cause)}`,
        /429|limit/i.test(String(cause))
          ? "The free plan allows 1,000 writes a day: wait until midnight UTC, or use the paid plan (docs/performance.md)."
          : "Check the namespace's id in wrangler.toml; on premises, the disk of the state folder.",
      ),
    ];
  }
}

const quote = (cause: unknown) => String(cause).slice(0, 200);

async function checkObjects({ RUN_COORDINATORS, TEMPORARY_LINKS, LONG_RUNS, LOCKS }: Partial<Env>): Promise<Finding[]> {
  // Reads that find nothing, so nothing is stored.
  const reads = {
    RUN_COORDINATORS: RUN_COORDINATORS && (() => RUN_COORDINATORS.getByName(OBJECT).readPhase()),
    TEMPORARY_LINKS: TEMPORARY_LINKS && (() => TEMPORARY_LINKS.getByName(OBJECT).readTicketState()),
    LONG_RUNS: LONG_RUNS && (() => LONG_RUNS.getByName(OBJECT).peek()),
    LOCKS: LOCKS && (() => LOCKS.getByName(OBJECT).find(OBJECT, [])),
  };
  const findings = await Promise.all(
    Object.entries(reads).map(async ([name, read]): Promise<Finding[]> => {
      if (read === undefined)
        return [broken("durable-object-missing", name, "The Durable Object is missing.", ADD_BINDING)];
      try {
        await read();
        return [];
      } catch (cause) {
        return [objectFailed(name, cause)];
      }
    }),
  );
  return findings.flat();
}

export const objectFailed = (name: string, cause: unknown): Finding =>
  broken(
    "durable-object-failed",
    name,
    `The Durable Object does not answer: ${quote(cause)}`,
    "Check the migrations in wrangler.toml, and look at npx wrangler tail.",
  );

const checkStatistics = ({ ACTION_USE }: Partial<Env>): Finding[] =>
  ACTION_USE === undefined
    ? [worthKnowing("statistics-missing", "ACTION_USE", "Nobody counts how the actions are used.", ADD_BINDING)]
    : [];

function checkLimits({ env, isLocalhost }: DoctorContext): Finding[] {
  const missing = LIMITS.filter((name) => env[name] === undefined);
  if (missing.length === 0 || isLocalhost) return [];
  return [
    risky(
      "rate-limit-missing",
      listSome(missing),
      "Nothing limits how often the worker is called.",
      "Add the [[ratelimits]] that docs/settings.md lists to wrangler.toml. Then deploy.",
    ),
  ];
}

const LATE_S = 60;
/** Signatures are refused after five minutes. */
const TOO_LATE_S = 290;

async function checkClock({ readRoot }: DoctorContext): Promise<Finding[]> {
  const root = await readRoot();
  const theirs = "answer" in root ? Date.parse(root.answer.headers.get("date") ?? "") : Number.NaN;
  // From a cache, the date is that of the copy.
  const isCopy = "answer" in root && Number(root.answer.headers.get("age")) > 0;
  const differenceS = Math.round(Math.abs(Date.now() - theirs) / 1_000);
  if (isCopy || Number.isNaN(differenceS) || differenceS < LATE_S) return [];
  const level = differenceS > TOO_LATE_S ? broken : risky;
  return [
    level(
      "clock-wrong",
      "Clock",
      `The worker's clock and Kitsu's differ by ${differenceS} seconds; signatures and sessions then fail.`,
      "Correct the clock of Kitsu's server or, on premises, the worker's: timedatectl set-ntp true",
    ),
  ];
}
