// Kitsu and Zou: what answers at the address in the settings, and how it is.
import * as v from "valibot";
import { parseJson } from "../services/http.ts";
import { isTooOld, OLDEST_ZOU } from "../services/zou-version.ts";
import { PAGES_MAX } from "./check-kitsu-page.ts";
import type { DoctorContext } from "./doctor-context.ts";
import { broken, type Finding, fine, risky, worthKnowing } from "./finding.ts";
import { readVersion } from "./kitsu-root.ts";
import { isAnswered } from "./probe.ts";

const SLOW_MS = 2_000;
const Status = v.record(v.string(), v.unknown());

export async function checkKitsu({ settings, readRoot, probe }: DoctorContext): Promise<Finding[]> {
  const { kitsuApi: api, kitsuUrls } = settings;
  const root = await readRoot();
  if (!("version" in root)) return "finding" in root ? [root.finding] : [];
  const { version, answer } = root;
  const measured = `${answer.tookMs} ms`;
  const others = kitsuUrls.slice(0, PAGES_MAX).filter((url) => `${url}/api` !== api);
  const [status, ...versions] = await Promise.all([
    probe(`${api}/status`),
    ...others.map(async (url) => readVersion(await probe(`${url}/api/`))),
  ]);
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
    ...others.flatMap((url, at) =>
      (versions[at] ?? version) === version
        ? []
        : broken(
            "kitsu-differs",
            url,
            `Its Zou is version ${versions[at]}, and that at ${api} is ${version}: they are two Kitsus.`,
            "Correct KITSU_API or KITSU_URL in the settings. Each Kitsu needs a worker of its own.",
          ),
    ),
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
