// Runs all checks at the same time, and puts their findings in order. A check that fails or takes
// too long is a finding, too.
import { describeCause } from "../format/failure.ts";
import { checkBot } from "./check-bot.ts";
import { checkChat } from "./check-chat.ts";
import { checkCustomActions } from "./check-custom-actions.ts";
import { checkDelivery } from "./check-delivery.ts";
import { checkFarms } from "./check-farms.ts";
import { checkKitsu } from "./check-kitsu.ts";
import { checkKitsuPage } from "./check-kitsu-page.ts";
import { checkLimits } from "./check-limits.ts";
import { checkSettings } from "./check-settings.ts";
import { checkStorage } from "./check-storage.ts";
import { checkTargets } from "./check-targets.ts";
import { checkTrust } from "./check-trust.ts";
import { type DoctorContext, type Opening, openDoctor } from "./doctor-context.ts";
import {
  broken,
  type Diagnosis,
  type Finding,
  GROUPS,
  type Group,
  type GroupedFinding,
  risky,
  sortFindings,
} from "./finding.ts";
import { openMask, tidyFindings } from "./tidy-findings.ts";

type Check = (context: DoctorContext) => Finding[] | Promise<Finding[]>;

const CHECKS: Readonly<Record<Group, Check>> = {
  settings: async (context) => [...checkSettings(context), ...(await checkLimits(context))],
  storage: async (context) => [...(await checkStorage(context)), ...(await checkChat(context))],
  kitsu: checkKitsu,
  bot: checkBot,
  trust: checkTrust,
  page: checkKitsuPage,
  actions: checkCustomActions,
  targets: checkTargets,
  farms: checkFarms,
  delivery: checkDelivery,
};

/** Longer than two requests that time out. */
const CHECK_MAX_MS = 15_000;

export async function diagnose(opening: Opening): Promise<Diagnosis> {
  const startedAt = Date.now();
  const ending = new AbortController();
  const mask = openMask(opening.settings.env);
  const context = openDoctor(opening, AbortSignal.any([ending.signal, opening.request.signal]));
  try {
    const [findings, customActions] = await Promise.all([
      Promise.all(GROUPS.map((group) => run(group, context, mask))),
      // Asked by a check, too.
      untilLate(
        context.listCustomActions().catch(() => undefined),
        undefined,
      ),
    ]);
    return {
      version: 1,
      at: new Date(startedAt).toISOString(),
      worker: opening.base,
      tookMs: Date.now() - startedAt,
      findings: tidyFindings(sortFindings(findings.flat()), mask),
      kitsu: [...opening.settings.kitsuUrls],
      ...(customActions && { customActions: customActions.map((one) => ({ ...one, url: mask(one.url) })) }),
    };
  } finally {
    ending.abort();
  }
}

const TAIL = "Check again. If it stays, look at npx wrangler tail, and report it.";

async function run(group: Group, context: DoctorContext, mask: (text: string) => string): Promise<GroupedFinding[]> {
  const text = `This check took longer than ${CHECK_MAX_MS / 1_000} seconds.`;
  const findings = await untilLate(check(group, context, mask), [risky("check-late", group, text, TAIL)]);
  return findings.map((finding) => ({ ...finding, group }));
}

async function check(group: Group, context: DoctorContext, mask: (text: string) => string): Promise<Finding[]> {
  try {
    return await CHECKS[group](context);
  } catch (thrown) {
    const cause = mask(describeCause(thrown) ?? "");
    console.error(JSON.stringify({ message: "A check of the doctor failed", group, cause }));
    return [broken("check-failed", group, "This check itself failed.", TAIL)];
  }
}

/** @param late what there is if the work takes too long */
async function untilLate<T>(work: Promise<T>, late: T): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  const timer = setTimeout(() => resolve(late), CHECK_MAX_MS);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Is something broken that shows without asking anyone? The home page says so to everybody. */
export const isSetUp = (opening: Opening): boolean =>
  checkSettings(openDoctor(opening, opening.request.signal)).every(({ level }) => level !== "broken");
