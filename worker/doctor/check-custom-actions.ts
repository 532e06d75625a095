// Every custom action that Kitsu lists, ours or not: whether its address can work, and for ours,
// whether the worker offers it. The servers of the others are asked by the command line alone: a
// worker sends nothing to an address that somebody wrote into Kitsu.
import type { DoctorContext } from "./doctor-context.ts";
import { broken, type Finding, fine, type ListedAction, listSome, risky, worthKnowing } from "./finding.ts";
import { findNearest, suggest } from "./nearest.ts";

const SUBJECT = "Custom actions";
/** Where they are in Kitsu. */
const IN_KITSU = "In Kitsu, under Custom Actions,";
const REGISTER = "npm run register (docs/register.md).";

export async function checkCustomActions(context: DoctorContext): Promise<Finding[]> {
  const listed = await context.listCustomActions();
  if (listed === undefined)
    return [
      worthKnowing(
        "custom-actions-not-checked",
        SUBJECT,
        "Kitsu does not list them to the worker, so they were not checked.",
      ),
    ];
  const located = listed.map((one) => ({ one, target: locate(one, context) }));
  const own = located.flatMap(({ one, target }) =>
    target !== null && isOwnAddress(target, context) ? [{ one, target }] : [],
  );
  const findings = [
    ...located.flatMap(({ one, target }) => checkAddress(one, target, context)),
    ...own.flatMap(({ one, target }) => checkOwn(one, target, context)),
    ...findSameNames(listed),
    ...findUnregistered(own, context),
    ...(own.length < listed.length
      ? [
          worthKnowing(
            "custom-actions-not-asked",
            SUBJECT,
            "The servers of the others were not asked.",
            "npx kitsu-actions doctor asks them.",
          ),
        ]
      : []),
  ];
  return [fine("custom-actions", SUBJECT, `Kitsu lists ${listed.length}, ${own.length} of this worker.`), ...findings];
}

type Located = { one: ListedAction; target: URL };

/** As Kitsu's page resolves it. */
function locate({ url }: ListedAction, { settings: { kitsuUrls } }: DoctorContext): URL | null {
  const target = url.trim() === "" ? null : URL.parse(url.trim(), `${kitsuUrls[0]}/`);
  return target !== null && /^https?:$/.test(target.protocol) ? target : null;
}

const isOwnAddress = ({ origin, pathname }: URL, { base, settings: { basePath } }: DoctorContext): boolean =>
  origin === new URL(base).origin && (basePath === "" || pathname.includes("/actions/"));

const name = (one: ListedAction) => `“${one.name}”`;
const quote = ({ url }: ListedAction) => url.slice(0, 200);

function checkAddress(one: ListedAction, target: URL | null, { settings: { kitsuUrls } }: DoctorContext): Finding[] {
  if (target === null)
    return [
      broken(
        "custom-action-address",
        name(one),
        `It has no address to open: ${quote(one)}`,
        `${IN_KITSU} correct its URL.`,
      ),
    ];
  const isBlocked =
    target.protocol === "http:" && target.hostname !== "localhost" && kitsuUrls.some((url) => url.startsWith("https:"));
  const level = one.is_ajax ? broken : risky;
  return [
    ...(isBlocked
      ? [
          level(
            "custom-action-mixed-content",
            name(one),
            `It is on plain http, and Kitsu on https: browsers ${one.is_ajax ? "block it" : "warn"}. ${quote(one)}`,
            `Serve it over https. ${IN_KITSU} correct its URL.`,
          ),
        ]
      : []),
    ...(/[?&](token|secret|password|api_?key)=[^&]/i.test(target.search)
      ? [
          risky(
            "custom-action-secret",
            name(one),
            "Its URL has a secret, and Kitsu sends it to everyone who is logged in, clients too.",
            `Replace the secret. ${IN_KITSU} take it out of the URL.`,
          ),
        ]
      : []),
  ];
}

function checkOwn(one: ListedAction, { pathname }: URL, { base, actions, settings }: DoctorContext): Finding[] {
  const prefix = `${settings.basePath}/actions/`;
  const correct = (id = "<action>") => `${IN_KITSU} set its URL to ${base}/actions/${id}`;
  if (!pathname.startsWith(prefix))
    return [
      broken("custom-action-path", name(one), `It leads to this worker, but to no action: ${quote(one)}`, correct()),
    ];
  const id = pathname.slice(prefix.length).replace(/\/$/, "");
  const action = actions.find((each) => each.id === id);
  if (action === undefined) {
    const ids = actions.map((each) => each.id);
    const nearest = findNearest(id, ids);
    return [
      broken(
        "custom-action-unknown",
        name(one),
        `The worker offers no action "${id.slice(0, 80)}".${suggest(nearest)} ${quote(one)}`,
        nearest === undefined
          ? `${correct()}: ${ids.join(", ")}. Or set what it needs (README).`
          : `${correct(nearest)}`,
      ),
    ];
  }
  return action.modes.includes(one.is_ajax ? "ajax" : "form")
    ? []
    : [
        broken(
          "custom-action-mode",
          name(one),
          `The action can't be run with Ajax ${one.is_ajax ? "on" : "off"}.`,
          `${IN_KITSU} turn Ajax ${one.is_ajax ? "off" : "on"}.`,
        ),
      ];
}

/** Kitsu's menu tells entries apart by their names alone. */
function findSameNames(all: readonly ListedAction[]): Finding[] {
  const names = all.map(name);
  const repeated = new Set(names.filter((one, at) => names.indexOf(one) !== at));
  return [...repeated].map((one) =>
    risky(
      "custom-action-same-name",
      one,
      "Several have this name: Kitsu's menu can run only one.",
      `${IN_KITSU} rename them.`,
    ),
  );
}

function findUnregistered(own: readonly Located[], { actions, settings }: DoctorContext): Finding[] {
  if (own.length === 0)
    return [
      risky(
        "custom-actions-missing",
        SUBJECT,
        "Kitsu has none for this worker, so nobody can run an action.",
        REGISTER,
      ),
    ];
  const registered = own.map(({ target }) => target.pathname.slice(`${settings.basePath}/actions/`.length));
  const missing = actions.map(({ id }) => id).filter((id) => !registered.includes(id));
  return missing.length === 0
    ? []
    : [
        worthKnowing(
          "custom-actions-unregistered",
          SUBJECT,
          `Kitsu lacks what the worker offers: ${listSome(missing)}.`,
          REGISTER,
        ),
      ];
}
