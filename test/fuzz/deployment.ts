// The deployments: with a bot, without one, and on Kitsu's own host. Each is a worker of its own in
// one workerd.
import { afanasySettings, flamencoSettings } from "../../playground/farms/settings.ts";
import { KABARET, LAUNCHERS } from "../../playground/launchers.ts";
import { BOT_TOKEN } from "./studio.ts";

export const DEPLOYMENTS = ["bot", "plain", "edge"] as const;
export type Deployment = (typeof DEPLOYMENTS)[number];

export const LOG_TOKEN = "fuzz-log-token-0123456789";
export const FORWARD_SECRET = `whsec_${Buffer.from("fuzz-forward-secret-0123456789ab").toString("base64")}`;
/** No answer may contain any of these. */
export const SECRETS = [LOG_TOKEN, FORWARD_SECRET, FORWARD_SECRET.slice("whsec_".length), BOT_TOKEN];

/**
 * Kitsu's origin, the worker's base path, and its public host, if it has another one than it
 * listens on.
 */
export const SITES: Record<Deployment, { kitsu: string; base: string; host?: string }> = {
  bot: { kitsu: "https://kitsu.studio.example", base: "" },
  plain: { kitsu: "https://kitsu.studio.example", base: "" },
  edge: { kitsu: "http://kitsu.studio.example", base: "/edge", host: "kitsu.studio.example" },
};

export const ACTIONS = [
  "debug",
  "statistics",
  "playlist",
  "comment",
  "launch",
  "kabaret",
  "flamenco",
  "afanasy",
  "publish",
  "deliver",
];

/** @param studio the origin of the studio's servers */
export function variables(deployment: Deployment, studio: string): Record<string, string> {
  const { kitsu, base } = SITES[deployment];
  const common = {
    KITSU_URL: kitsu,
    KITSU_API: `${studio}/api`,
    LOG_TOKEN,
    FORWARD_SECRET,
    FORWARD_TARGETS: JSON.stringify({
      publish: { url: `${studio}/studio/publish` },
      deliver: { url: `${studio}/studio/deliver`, title: "Deliver", idempotent: true },
    }),
    LAUNCHERS: JSON.stringify(LAUNCHERS),
    KABARET: JSON.stringify(KABARET),
    // Long runs end before their environment does.
    LONG_RUN_LIMIT_HOURS: "0.05",
  };
  if (deployment === "plain") return common;
  const farms = (hasAccount: boolean) => ({
    FLAMENCO: JSON.stringify(flamencoSettings(`${studio}/flamenco`, hasAccount)),
    AFANASY: JSON.stringify(afanasySettings(`${studio}/afanasy`, hasAccount)),
  });
  return deployment === "bot"
    ? { ...common, ...farms(true), KITSU_TOKEN: BOT_TOKEN }
    : { ...common, ...farms(false), BASE_PATH: base };
}
