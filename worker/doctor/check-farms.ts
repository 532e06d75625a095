// The render farms, and the programs of workstations, as far as a worker can tell.
import * as v from "valibot";
import { explainWait, listMatching } from "../actions/farm/afanasy-machines.ts";
import { Failure } from "../format/failure.ts";
import { toEnglish } from "../format/localize.ts";
import { message } from "../format/message.ts";
import { FarmBlock, FarmJob, MACHINE_BIT, type Machine } from "../services/afanasy-answers.ts";
import { openAfanasy } from "../services/afanasy-client.ts";
import { openFlamenco } from "../services/flamenco-client.ts";
import type { AfanasySettings, JobTemplate } from "../settings/afanasy-settings.ts";
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
          "Anyone on the way can read and change what it is sent.",
          `Serve it over https. ${inSettings(`correct ${name}.url`)}`,
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
  const missing = job_types.map(({ type }) => type).filter((type) => !types.includes(type));
  const findings = [fine("flamenco", "FLAMENCO", `Flamenco ${major}.${minor} answers.`)];
  if (missing.length > 0)
    findings.push(
      broken(
        "flamenco-job-type",
        "FLAMENCO.job_types",
        `Flamenco does not have ${listSome(missing)}.`,
        `Correct the name: it has ${listSome(types, 20)}. Or put the script into its folder "scripts", and restart Flamenco.`,
      ),
    );
  if (worker_tag !== undefined && !tags.some(({ id }) => id === worker_tag))
    findings.push(
      broken(
        "flamenco-tag",
        "FLAMENCO.worker_tag",
        `Flamenco has no tag ${worker_tag}, so nothing is submitted.`,
        inSettings(
          tags.length === 0
            ? "remove it: Flamenco has no tags"
            : `set it to the id of ${listSome(tags.map(({ id, name }) => `${name} (${id})`))}`,
        ),
      ),
    );
  if (!machines.some(({ status }) => status === "awake")) {
    const key = machines.length === 0 ? "flamenco.willWaitWithoutMachines" : "flamenco.willWaitUntilAwake";
    findings.push(
      worthKnowing(
        "farm-machines",
        "FLAMENCO",
        toEnglish(message(key)),
        "Start a worker of Flamenco's, or wake one on its page.",
      ),
    );
  }
  return findings;
}

async function checkAfanasy(settings: AfanasySettings, signal: AbortSignal): Promise<Finding[]> {
  const farm = openAfanasy(settings, signal, ANSWER_MAX_MS);
  await farm.readUsers();
  const machines = await farm.readMachines();
  const reasons = Map.groupBy(settings.templates, (template) => explainTemplate(template, machines));
  return [
    fine("afanasy", "AFANASY", "Afanasy answers."),
    ...[...reasons].flatMap(([reason, templates]) =>
      reason === undefined
        ? []
        : [
            worthKnowing(
              "farm-machines",
              "AFANASY",
              `Jobs of ${listSome(templates.map(({ id }) => id))} would wait. ${reason}.`,
              "Start one, or let it take jobs, on Afanasy's page. If it never has such a machine, correct the template.",
            ),
          ],
    ),
  ];
}

/** Why no machine would take a job of this template, however few are busy. */
function explainTemplate({ job }: JobTemplate, machines: readonly Machine[]): string | undefined {
  const sample = v.parse(FarmJob, { id: 0, hosts_mask_type: "regex", ...job });
  const online = machines.filter(({ st }) => (st & MACHINE_BIT.online) !== 0);
  const matching = listMatching(sample, v.parse(FarmBlock, {}), online);
  const reason = explainWait(sample, machines).waitReason ?? ("problem" in matching ? matching.problem : undefined);
  return reason && toEnglish(reason);
}
