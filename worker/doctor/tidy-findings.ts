// What the checks found, fit to be shown: without what opens something, and of a length that can be
// read, whatever the servers that were asked have answered.
import { MASK } from "../request/mask-secrets.ts";
import { isSecret } from "./check-secrets.ts";
import type { Finding, GroupedFinding } from "./finding.ts";

const SECRET_PARAMETER =
  /([?&;](?:[\w-]*(?:token|secret|passw(?:or)?d|api_?key|signature)|key|auth|pass)=)[^&#\s,“”]+/gi;
const TOKEN = /\b(?:eyJ[\w-]{8,}(?:\.[\w-]*)*|whsec_[\w+/=]+)/g;
const ACCOUNT = /(?<=:\/\/)[^\s/?#@]+@/g;

/** Does an address have a secret in it, by its looks? */
export const hasSecret = (url: string) =>
  [SECRET_PARAMETER, TOKEN, ACCOUNT].some((pattern) => url.search(pattern) >= 0);

/** Masks tokens, and passwords in addresses. */
export const maskText = (text: string): string =>
  text.replace(TOKEN, MASK).replace(ACCOUNT, `${MASK}@`).replace(SECRET_PARAMETER, `$1${MASK}`);

/** Masks the deployment's own secrets as well: a server may repeat what it was sent. */
export function openMask(env: Readonly<Record<string, unknown>>): (text: string) => string {
  const secrets = Object.entries(env)
    .flatMap(([name, value]) => (isSecret(name) && typeof value === "string" ? value.split(/\s+/) : []))
    .filter(({ length }) => length >= SECRET_MIN_CHARS);
  return (text) => maskText(secrets.reduce((masked, secret) => masked.replaceAll(secret, MASK), text));
}

/** Anything shorter is a word of a sentence, too. */
const SECRET_MIN_CHARS = 8;
const SUBJECT_MAX_CHARS = 200;
const TEXT_MAX_CHARS = 700;
const ALIKE_MAX = 20;

const shorten = (text: string, most: number) => (text.length > most ? `${text.slice(0, most)}…` : text);

export const tidyFinding = <F extends Finding>(finding: F, mask: (text: string) => string): F => ({
  ...finding,
  subject: shorten(mask(finding.subject), SUBJECT_MAX_CHARS),
  text: shorten(mask(finding.text), TEXT_MAX_CHARS),
  ...(finding.fix !== undefined && { fix: mask(finding.fix) }),
});

/** Of many that say the same about different things, the first, and how many more there are. */
export function tidyFindings(findings: readonly GroupedFinding[], mask: (text: string) => string): GroupedFinding[] {
  const seen = new Map<string, number>();
  const kinds = findings.map(({ group, id, level }) => [group, id, level].join(" "));
  return findings.flatMap((finding, at) => {
    const kind = kinds[at] ?? "";
    const before = seen.get(kind) ?? 0;
    seen.set(kind, before + 1);
    if (before < ALIKE_MAX) return [tidyFinding(finding, mask)];
    if (before > ALIKE_MAX) return [];
    const { fix: _, measured: __, ...rest } = finding;
    const more = kinds.filter((one) => one === kind).length - ALIKE_MAX;
    return [{ ...rest, subject: `${more} more`, text: "The same is true of them." }];
  });
}
