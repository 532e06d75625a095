// Kitsu and Zou: what answers at the address in the settings, and how it is.
import * as v from "valibot";
import { parseJson } from "../services/http.ts";
import { isTooOld, OLDEST_ZOU } from "../services/zou-version.ts";
import type { DoctorContext } from "./doctor-context.ts";
import { broken, type Finding, fine, risky, worthKnowing } from "./finding.ts";
import { isAnswered } from "./probe.ts";

const SLOW_MS = 2_000;
const Status = v.record(v.string(), v.unknown());

export async function checkKitsu({ settings: { kitsuApi: api }, readRoot, probe }: DoctorContext): Promise<Finding[]> {
  const root = await readRoot();
  if (!("version" in root)) return "finding" in root ? [root.finding] : [];
  const { version, answer } = root;
  const measured = `${answer.tookMs} ms`;
  const status = await probe(`${api}/status`);
  return [
    isTooOld(version)
      ? broken("zou-too-old", api, `Zou is version ${version}; ${OLDEST_ZOU} or later is needed.`, "Update Kitsu.")
      : { ...fine("kitsu", api, `Zou ${version} answers.`), measured },
    ...(answer.tookMs > SLOW_MS
      ? [
          {
            ...risky(
              "kitsu-slow",
              api,
              "Kitsu's API is slow, and each action waits for it several times.",
              "Look at the load of Kitsu's server. Run the worker near it: [placement] in wrangler.toml (docs/network.md).",
            ),
            measured,
          },
        ]
      : []),
    ...(isAnswered(status) ? describeStatus(status.body) : []),
  ];
}

/** What nothing of ours works without. */
const NEEDED = ["database-up", "key-value-store-up"];
/** Without them, tabs are not updated live, and no playlist becomes a movie. */
const USEFUL = ["event-stream-up", "job-queue-up"];

function describeStatus(body: string): Finding[] {
  const status = v.safeParse(Status, parseJson(body));
  return [...NEEDED, ...USEFUL]
    .filter((name) => status.success && status.output[name] === false)
    .map((name) => {
      const level = NEEDED.includes(name) ? broken : worthKnowing;
      const part = name.slice(0, -"-up".length).replaceAll("-", " ");
      return level(
        "zou-part-down",
        "Zou",
        `Zou's ${part} is down.`,
        "Start it on Kitsu's server, and look at its log.",
      );
    });
}
