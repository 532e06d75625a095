// The secrets by themselves: what was pasted around them, what lacks its other half, and what is
// used for two purposes. None of them is shown.
import { Environment } from "../settings/environment.ts";
import type { Settings } from "../settings/settings.ts";
import { asSecret, broken, type Finding, risky } from "./finding.ts";

export const isSecret = (name: string) => /TOKEN|SECRET|_ACCESS_ID|_WEBHOOK/.test(name);

/** A studio's actions have secrets of their own, which may be anything. */
const isOwn = (name: string) => isSecret(name) && (name in Environment.entries || name.startsWith("FORWARD_SECRET"));

/** Whoever has one of these must have nothing else by it. */
const SINGLE = ["KITSU_TOKEN", "LOG_TOKEN"];

export function checkSecrets({ env }: Settings): Finding[] {
  const secrets = Object.entries(env).flatMap(([name, value]) =>
    isOwn(name) && typeof value === "string" ? [{ name, value: value.trim() }] : [],
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
              "It has quotes, spaces or “Bearer” in it: they are taken as a part of it.",
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
              `${same.name} is the same: who has one has both.`,
              `Set another: ${asSecret(name)}`,
            ),
          ]
        : []),
    ];
  });
}
