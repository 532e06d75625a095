// The worker's settings, which a studio writes to wrangler.toml, with the playground in place of
// Kitsu.
import { randomBytes } from "node:crypto";
import * as v from "valibot";
import { afanasySettings, flamencoSettings } from "../../playground/farms/settings.ts";
import { forwardTargets } from "../../playground/forward-targets.ts";
import { KABARET, LAUNCHERS } from "../../playground/launchers.ts";
import { CliError } from "../cli-error.ts";

type Servers = { playgroundPort: number; flamencoPort: number; afanasyPort: number; forwardSecret: string };

export function describeSettings({ playgroundPort, flamencoPort, afanasyPort, forwardSecret }: Servers) {
  const playground = `http://127.0.0.1:${playgroundPort}`;
  const targets = forwardTargets(playground).map(({ id, title, url }) => [id, { url, title, timeLimit: 10 }]);
  return {
    both: {
      KITSU_URL: `http://localhost:${playgroundPort}`,
      KITSU_API: `${playground}/api`,
      LOCAL: "1",
      FORWARD_TARGETS: JSON.stringify({ ...Object.fromEntries(targets), ...readOwnTargets() }),
      FORWARD_SECRET: forwardSecret,
      LAUNCHERS: JSON.stringify(LAUNCHERS),
      KABARET: JSON.stringify(KABARET),
    },
    farms: (hasAccount: boolean) => ({
      FLAMENCO: JSON.stringify(flamencoSettings(`http://127.0.0.1:${flamencoPort}`, hasAccount)),
      AFANASY: JSON.stringify(afanasySettings(`http://127.0.0.1:${afanasyPort}`, hasAccount)),
    }),
  };
}

/**
 * Shared by the workers and the playground's servers. Set it to try a forward target of your own.
 */
export function readForwardSecret(): string {
  const secret = process.env.FORWARD_SECRET || `whsec_${randomBytes(32).toString("base64")}`;
  if (/^whsec_([A-Za-z0-9+/]{4}){6,}([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(secret)) return secret;
  throw new CliError('FORWARD_SECRET must be "whsec_" and 24 to 64 bytes in base64, as in docs/forward.md.');
}

const Targets = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()));

/** A server of your own can replace one of the playground's. */
function readOwnTargets(): Record<string, unknown> {
  const targets = v.safeParse(Targets, process.env.FORWARD_TARGETS || "{}");
  if (targets.success) return targets.output;
  throw new CliError(
    `FORWARD_TARGETS must be JSON, as in docs/forward.md: '{"publish": {"url": "http://127.0.0.1:5000/kitsu"}}'.`,
  );
}
