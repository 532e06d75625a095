// The render farms, and the programs of workstations, as far as a worker can tell.
import * as v from "valibot";
import { explainWait } from "../actions/farm/afanasy-machines.ts";
import { Failure } from "../format/failure.ts";
import { toEnglish } from "../format/localize.ts";
import { message } from "../format/message.ts";
import { FarmJob } from "../services/afanasy-answers.ts";
import { openAfanasy } from "../services/afanasy-client.ts";
import { openFlamenco } from "../services/flamenco-client.ts";
import type { AfanasySettings } from "../settings/afanasy-settings.ts";
import type { FlamencoSettings } from "../settings/flamenco-settings.ts";
import type { DoctorContext } from "./doctor-context.ts";
import { explainFarmFailure, type Farm, giveAccess } from "./farm-failure.ts";
import { broken, type Finding, fine, inSettings, listSome, risky, worthKnowing } from "./finding.ts";
import { isPrivateHost } from "./probe.ts";

const ANSWER_MAX_MS = 6_000;
/** Of Flamenco 3. */
const OLDEST_MINOR = 5;

export async function checkFarms(context: DoctorContext): Promise<Finding[]> {
  const { settings, signal } = context;
  const { flamenco, afanasy, launchers } = settings;
  const findings = await Promise.all([
    flamenco && checkFarm({ ...flamenco, name: "FLAMENCO" }, context, () => checkFlamenco(flamenco, signal)),
    afanasy && checkFarm({ ...afanasy, name: "AFANASY" }, context, () => checkAfanasy(afanasy, signal)),
  ]);
  return [
    ...findings.flatMap((one) => one ?? []),
    ...(launchers === undefined
      ? []
      : [
          fine(
            "launchers",
            "LAUNCHERS",
            `${listSome(launchers.launchers.map(({ id }) => id))}. Whether a workstation has them shows only there: handler.py check`,
          ),
        ]),
  ];
}

async function checkFarm(farm: Farm, context: DoctorContext, ask: () => Promise<Finding[]>): Promise<Finding[]> {
  const { name, url, access, token } = farm;
  const { protocol, hostname } = new URL(url);
  const isPublic = !isPrivateHost(hostname);
  try {
    const findings = await ask();
    if (context.isAtCloudflare && isPublic && access === undefined && token === undefined)
      findings.push(
        risky(
          "farm-open",
          name,
          "Anyone on the Internet can give it work: there is no login in front of it.",
          `Put Cloudflare Access there. ${giveAccess(name)}`,
        ),
      );
    if (isPublic && protocol === "http:")
      findings.push(
        risky(
          "farm-plain-http",
          name,
          "Anyone on the way can read its calls.",
          `Serve it over https. ${inSettings("correct its url")}`,
        ),
      );
    return findings;
  } catch (thrown) {
    if (thrown instanceof Failure) return [await explainFarmFailure(thrown, farm, context)];
    throw thrown;
  }
}

async function checkFlamenco(settings: FlamencoSettings, signal: AbortSignal): Promise<Finding[]> {
  const { job_types, worker_tag } = settings;
  const farm = openFlamenco(settings, signal);
  const { major, minor } = await farm.version();
  if (minor < OLDEST_MINOR)
    return [
      risky(
        "flamenco-version",
        "FLAMENCO",
        `Flamenco ${major}.${minor} answers. ${major}.${OLDEST_MINOR} or later is needed.`,
        "Update Flamenco.",
      ),
    ];
  if (await farm.isFirstRun())
    return [
      broken(
        "flamenco-first-run",
        "FLAMENCO",
        "Flamenco has not been set up yet.",
        "Open its page, and follow the steps.",
      ),
    ];
  const [types, tags, machines] = await Promise.all([
    farm.jobTypes(),
    worker_tag === undefined ? [] : farm.tags(),
    farm.machines(),
  ]);
  const wanted = job_types.map(({ type }) => type).filter((type) => !types.includes(type));
  const tag = tags.some(({ id }) => id === worker_tag) ? undefined : worker_tag;
  const key = machines.length === 0 ? "flamenco.willWaitWithoutMachines" : "flamenco.willWaitUntilAwake";
  const isAwake = machines.some(({ status }) => status === "awake");
  return [
    fine("flamenco", "FLAMENCO", `Flamenco ${major}.${minor} answers.`),
    ...(wanted.length > 0 ? [lacks("flamenco-job-type", "FLAMENCO.job_types", wanted, types)] : []),
    ...(tag === undefined
      ? []
      : [
          lacks(
            "flamenco-tag",
            "FLAMENCO.worker_tag",
            [tag],
            tags.map(({ id, name }) => `${name} (${id})`),
          ),
        ]),
    ...(isAwake ? [] : [waits("FLAMENCO", toEnglish(message(key)))]),
  ];
}

const lacks = (id: string, subject: string, wanted: readonly string[], has: readonly string[]): Finding =>
  broken(
    id,
    subject,
    `Flamenco does not have ${listSome(wanted)}. It has ${has.length === 0 ? "none" : listSome(has, 20)}.`,
    inSettings(`correct ${subject}`),
  );

const waits = (name: Farm["name"], text: string): Finding =>
  worthKnowing(
    "farm-machines",
    name,
    text,
    "Start one, or wake it on the farm's page. If it has none, correct the settings.",
  );

async function checkAfanasy(settings: AfanasySettings, signal: AbortSignal): Promise<Finding[]> {
  const farm = openAfanasy(settings, signal, ANSWER_MAX_MS);
  await farm.readUsers();
  // A job that asks for nothing.
  const { waitReason } = explainWait(v.parse(FarmJob, { id: 0 }), await farm.readMachines());
  const findings = [fine("afanasy", "AFANASY", "Afanasy answers.")];
  return waitReason === undefined
    ? findings
    : [...findings, waits("AFANASY", `${toEnglish(waitReason)}: jobs will wait.`)];
}
