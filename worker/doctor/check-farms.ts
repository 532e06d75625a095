// The render farms, and the programs of workstations, as far as a worker can tell.
import { Failure } from "../format/failure.ts";
import { toEnglish } from "../format/localize.ts";
import { openAfanasy } from "../services/afanasy-client.ts";
import { openFlamenco } from "../services/flamenco-client.ts";
import type { DoctorContext } from "./doctor-context.ts";
import { asSecret, broken, type Finding, fine, listSome, risky, USE_TUNNEL } from "./finding.ts";
import { isPrivateHost } from "./probe.ts";

const ANSWER_MAX_MS = 6_000;

export async function checkFarms(context: DoctorContext): Promise<Finding[]> {
  const { settings, signal } = context;
  const { flamenco, afanasy, launchers } = settings;
  const findings = await Promise.all([
    flamenco &&
      checkFarm("FLAMENCO", flamenco, context, async () => {
        const farm = openFlamenco(flamenco, signal);
        const { major, minor } = await farm.version();
        return (await farm.isFirstRun())
          ? broken(
              "flamenco-first-run",
              "FLAMENCO",
              "Flamenco has not been set up yet.",
              "Open its page, and follow the steps.",
            )
          : fine("flamenco", "FLAMENCO", `Flamenco ${major}.${minor} answers.`);
      }),
    afanasy &&
      checkFarm("AFANASY", afanasy, context, async () => {
        await openAfanasy(afanasy, signal, ANSWER_MAX_MS).readUsers();
        return fine("afanasy", "AFANASY", "Afanasy answers.");
      }),
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

type Farm = { url: string; access?: object | undefined; token?: string | undefined };

async function checkFarm(
  name: string,
  { url, access, token }: Farm,
  { isAtCloudflare }: DoctorContext,
  ask: () => Promise<Finding>,
): Promise<Finding[]> {
  const isInside = isPrivateHost(new URL(url).hostname);
  const renew = `${asSecret(`${name}_ACCESS_ID`)}, and ${name}_ACCESS_SECRET (docs/network.md, "Reaching the studio").`;
  try {
    const finding = await ask();
    return isAtCloudflare && !isInside && access === undefined && token === undefined
      ? [
          finding,
          risky(
            "farm-open",
            name,
            "Anyone on the Internet can give it work: there is no login in front of it.",
            `Put Cloudflare Access there. ${renew}`,
          ),
        ]
      : [finding];
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown;
    const { code, reply } = thrown;
    const start = isAtCloudflare && isInside ? USE_TUNNEL : `Start it, or correct ${name}.url in the settings.`;
    const relay = name === "AFANASY" ? ` If the relay did: ${asSecret("AFANASY_TOKEN")}, as in its token file.` : "";
    const fix =
      code === "farm-unreachable"
        ? start
        : `Correct ${name}.url in the settings if another server answered. If a login did: ${renew}${relay}`;
    return [broken("farm-failed", name, toEnglish(reply.text ?? reply.title), fix)];
  }
}
