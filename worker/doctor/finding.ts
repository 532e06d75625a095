// What the doctor says about one thing: what is wrong, and how to fix it. Findings are in English,
// like the settings and documents that they quote, and short: all texts are part of the worker.
import * as v from "valibot";
import { SLUG } from "../format/slug.ts";

/** The worst first. "broken": something does not work. "risky": it may fail, or is unsafe. */
export const LEVELS = ["broken", "risky", "worth-knowing", "fine"] as const;
export type Level = (typeof LEVELS)[number];

/** In the order in which they are fixed: each needs those before it. */
export const GROUPS = [
  "settings",
  "storage",
  "kitsu",
  "bot",
  "trust",
  "page",
  "actions",
  "targets",
  "farms",
  "delivery",
] as const;
export type Group = (typeof GROUPS)[number];

export const Finding = v.object({
  /** stable: a script may test for it */
  id: v.pipe(v.string(), v.regex(SLUG)),
  level: v.picklist(LEVELS),
  /** the setting, address, account or custom action that it is about */
  subject: v.string(),
  /** what is wrong, or what was found */
  text: v.string(),
  /** how to fix it, and where */
  fix: v.optional(v.string()),
  /** "34 ms" */
  measured: v.optional(v.string()),
});
export type Finding = v.InferOutput<typeof Finding>;

export const GroupedFinding = v.object({ ...Finding.entries, group: v.picklist(GROUPS) });
export type GroupedFinding = v.InferOutput<typeof GroupedFinding>;

/** A custom action as Kitsu lists it. */
export const ListedAction = v.object({
  name: v.nullish(v.string(), ""),
  url: v.nullish(v.string(), ""),
  entity_type: v.nullish(v.string(), "all"),
  is_ajax: v.nullish(v.boolean(), false),
});
export type ListedAction = v.InferOutput<typeof ListedAction>;

/** The answer of `GET /doctor.json`. */
export const Diagnosis = v.object({
  version: v.literal(1),
  at: v.pipe(v.string(), v.isoTimestamp()),
  /** the worker's address, as this request reached it */
  worker: v.string(),
  tookMs: v.number(),
  findings: v.array(GroupedFinding),
  /** the addresses of Kitsu */
  kitsu: v.array(v.string()),
  /** absent if Kitsu does not list them to the worker */
  customActions: v.optional(v.array(ListedAction)),
});
export type Diagnosis = v.InferOutput<typeof Diagnosis>;

const make =
  (level: Level) =>
  (id: string, subject: string, text: string, fix?: string): Finding => ({
    id,
    level,
    subject,
    text,
    ...(fix && { fix }),
  });

export const broken = make("broken");
export const risky = make("risky");
export const worthKnowing = make("worth-knowing");
export const fine = make("fine");

/** By group, and the worst first. */
export const sortFindings = <F extends GroupedFinding>(findings: readonly F[]): F[] =>
  findings.toSorted(
    (one, other) =>
      GROUPS.indexOf(one.group) - GROUPS.indexOf(other.group) ||
      LEVELS.indexOf(one.level) - LEVELS.indexOf(other.level),
  );

/** Where a setting is: 'In wrangler.toml, set KITSU_URL to "…".' */
export const inSettings = (what: string) =>
  `In wrangler.toml (on premises: the settings file), ${what}. Then deploy (on premises: restart).`;
export const asSecret = (name: string) =>
  `npx wrangler secret put ${name} (on premises: its file, its LoadCredential= in the unit, and a restart)`;

export const USE_TUNNEL =
  'Cloudflare can\'t reach a private address: use a tunnel (docs/network.md, "Reaching the studio").';

/** For whoever runs the worker on premises: at Cloudflare, only public authorities count. */
export const OWN_AUTHORITY =
  "If its certificate is not of a public authority, set NODE_EXTRA_CA_CERTS (docs/on-premises.md).";

/** Where custom actions are in Kitsu. */
export const IN_KITSU = "In Kitsu, under Custom Actions,";
export const REGISTER = "npm run register (docs/register.md).";
export const nameEntry = ({ name }: ListedAction) => `“${name}”`;

/** "a, b and 3 more" */
export function listSome(names: readonly string[], most = 5): string {
  const rest = names.length - most;
  return `${names.slice(0, most).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
