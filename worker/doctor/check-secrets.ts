// The secrets by themselves: what was pasted around them, whether both halves of a service token
// are set, and whether one is used for two purposes. No finding shows a secret.
import { Environment } from "../settings/environment.ts";
import type { Settings } from "../settings/settings.ts";
import { asSecret, broken, type Finding, risky } from "./finding.ts";

export const isSecret = (name: string) => /TOKEN|SECRET|_ACCESS_ID|_WEBHOOK/.test(name);

/** The secrets of a studio's own actions may be anything. */
const isOurs = (name: string) => isSecret(name) && (name in Environment.entries || name.startsWith("FORWARD_SECRET"));

/** Each of these must be used for nothing else. */
const SINGLE = ["KITSU_TOKEN", "LOG_TOKEN"];

export function checkSecrets({ env }: Settings): Finding[] {
  const secrets = Object.entries(env).flatMap(([name, value]) =>
    isOurs(name) && typeof value === "string" ? [{ name, value: value.trim() }] : [],
  );
  return secrets.flatMap(({ name, value }) => {
    const other = name.replace(/(?<=_ACCESS_)(ID|SECRET)$/, (half) => (half === "ID" ? "SECRET" : "ID"));
    const same = SINGLE.includes(name) && secrets.find((one) => one.name !== name && one.value === value);
    return [
      ...(/^["'`]|["'`]$|^bearer /i.test(value) || (name === "KITSU_TOKEN" && /\s/.test(value))
        ? [
            risky(
              "secret-malformed",
              name,
              "It has quotes, spaces or “Bearer” in it, which count as part of it.",
              `Set it without them: ${asSecret(name)}`,
            ),
          ]
        : []),
      ...(env[other] === undefined
        ? [broken("secret-half", name, `${other} is missing, so neither is used.`, asSecret(other))]
        : []),
      ...(same
        ? [
            risky(
              "secret-shared",
              name,
              `${same.name} is the same: whoever has one has both.`,
              `Set another: ${asSecret(name)}`,
            ),
          ]
        : []),
    ];
  });
}
