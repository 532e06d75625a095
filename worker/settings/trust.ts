/**
 * How surely we know who calls, least first. docs/trust.md says what each proves and what not.
 * - `unchecked`: the worker has no way to ask Kitsu; the call's claims are all there is
 * - `claimed`: such a person exists and is active, which proves nothing about who called
 * - `access`: Cloudflare Access vouches for the e-mail
 * - `session`: Kitsu's own session came along, and Zou says whose it is
 */
export const TRUSTS = ["unchecked", "claimed", "access", "session"] as const;
export type Trust = (typeof TRUSTS)[number];

/** Is the one at least as sure as the other? */
export const isAtLeast = (trust: Trust, least: Trust) => TRUSTS.indexOf(trust) >= TRUSTS.indexOf(least);

/** The settings that say how people are known, as they come. */
type TrustVariables = {
  BASE_PATH: string;
  KITSU_TOKEN?: string | undefined;
  ACCESS_TEAM: string;
  ACCESS_AUDIENCE: string;
};

/** What is configured is meant: a way that proves less is open only where TRUST says so. */
export function chooseDefaultTrust(ways: TrustVariables): Trust {
  if (ways.BASE_PATH !== "") return "session";
  if (readAccess(ways) !== undefined) return "access";
  return ways.KITSU_TOKEN ? "claimed" : "unchecked";
}

export function readAccess({
  ACCESS_TEAM: team,
  ACCESS_AUDIENCE: audience,
}: TrustVariables): { team: string; audience: string } | undefined {
  if (team === "" || audience === "") return undefined;
  return { team: team.startsWith("https://") ? team : `https://${team}.cloudflareaccess.com`, audience };
}
