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
