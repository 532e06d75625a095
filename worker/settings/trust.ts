import { type Message, message, type Text } from "../format/message.ts";

/**
 * Trust levels: how sure we are who is calling, lowest first. docs/trust.md says what each one
 * proves.
 * - `unchecked`: the worker can't ask Kitsu; there are only the claims of the call
 * - `claimed`: the person exists and is active, which proves nothing about the caller
 * - `access`: Cloudflare Access verified the e-mail
 * - `session`: the call came with a session of Kitsu, and Zou says whose it is
 */
export const TRUSTS = ["unchecked", "claimed", "access", "session"] as const;
/** How sure we are who is calling, the lowest first. @useDeclaredType */
export type Trust = (typeof TRUSTS)[number];

/** Is this trust level at least that one? */
export const isAtLeast = (trust: Trust, least: Trust) => TRUSTS.indexOf(trust) >= TRUSTS.indexOf(least);

/** The settings that decide how people are identified, unparsed. */
type TrustVariables = {
  BASE_PATH: string;
  KITSU_TOKEN?: string | undefined;
  ACCESS_TEAM: string;
  ACCESS_AUDIENCE: string;
};

/** The highest level that is configured. Only TRUST can lower it. */
export function chooseDefaultTrust(variables: TrustVariables): Trust {
  if (variables.BASE_PATH !== "") return "session";
  if (readAccess(variables) !== undefined) return "access";
  return variables.KITSU_TOKEN ? "claimed" : "unchecked";
}

export function readAccess({
  ACCESS_TEAM: team,
  ACCESS_AUDIENCE: audience,
}: TrustVariables): { team: string; audience: string } | undefined {
  if (team === "" || audience === "") return undefined;
  return { team: team.startsWith("https://") ? team : `https://${team}.cloudflareaccess.com`, audience };
}

const TRUST_LABELS: Readonly<Record<Trust, Message>> = {
  unchecked: message("log.trustUnchecked"),
  claimed: message("log.trustClaimed"),
  access: message("log.trustAccess"),
  session: message("log.trustSession"),
};

/**
 * The level in words.
 * @param trust as a run's record has it: perhaps a newer worker's
 */
export function labelTrust(trust: string): Text {
  const known = TRUSTS.find((one) => one === trust);
  return known === undefined ? trust : TRUST_LABELS[known];
}
