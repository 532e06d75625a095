// Every custom action that Kitsu lists, ours or not: whether its address can work, and for ours,
// whether the worker offers it. The servers of the others are asked by the command line alone: a
// worker sends nothing to an address that somebody wrote into Kitsu.
import { isUnencrypted } from "../request/public-url.ts";
import { checkRegistration } from "./check-registration.ts";
import type { DoctorContext } from "./doctor-context.ts";
import {
  broken,
  type Finding,
  fine,
  IN_KITSU,
  type ListedAction,
  listSome,
  nameEntry,
  REGISTER,
  risky,
  worthKnowing,
} from "./finding.ts";
import { findNearest, suggest } from "./nearest.ts";
import { hasSecret } from "./tidy-findings.ts";

const SUBJECT = "Custom actions";
const LOG_IN =
  "To check them, log in to Kitsu in this browser, and check again. The command line takes KITSU_SESSION (docs/doctor.md).";

export async function checkCustomActions(context: DoctorContext): Promise<Finding[]> {
  const listed = await context.listCustomActions();
  if (listed === undefined)
    return [
      worthKnowing(
        "custom-actions-not-checked",
        SUBJECT,
        "Kitsu does not list them to the worker, so they were not checked.",
        `If there is none yet: ${REGISTER}${context.hasAccount ? "" : ` ${LOG_IN}`}`,
      ),
    ];
  const located = listed.map((one) => ({ one, target: locate(one, context) }));
  const own = located.flatMap(({ one, target }) =>
    target !== null && isOwnAddress(target, context) ? [{ one, target }] : [],
  );
  const findings = [
    ...located.flatMap(({ one, target }) => checkAddress(one, target, context)),
    ...own.flatMap(({ one, target }) => checkOwn(one, target, context)),
    ...checkRegistration(
      own.flatMap(({ one, target }) => {
        const action = context.actions.find(({ id }) => id === readId(target, context));
        return action === undefined ? [] : [{ one, target, action }];
      }),
      context,
    ),
    ...findSameNames(listed),
    ...findElsewhere(located, own, context),
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

/** Of this worker, or meant to be: without its host or path, an address leads to Kitsu itself. */
const isOwnAddress = ({ origin, pathname }: URL, { base, settings }: DoctorContext): boolean =>
  origin === new URL(base).origin
    ? settings.basePath === "" || pathname.startsWith(`${settings.basePath}/`) || pathname.startsWith("/actions/")
    : settings.kitsuOrigins.includes(origin) && pathname.startsWith("/actions/");

const quote = ({ url }: ListedAction) => url.slice(0, 200);

/** Kitsu's page is at many paths, so what is relative to it leads anywhere. */
function isMisplaced({ url }: ListedAction, target: URL, context: DoctorContext): boolean {
  const [, id] = /^\/actions\/([^/?#]+)/.exec(url.trim()) ?? [];
  return id === undefined
    ? !/^(https?:|\/)/i.test(url.trim())
    : !isOwnAddress(target, context) && context.actions.some((action) => action.id === id);
}

function checkAddress(one: ListedAction, target: URL | null, context: DoctorContext): Finding[] {
  const { kitsuUrls } = context.settings;
  if (target === null)
    return [
      broken(
        "custom-action-address",
        nameEntry(one),
        `It has no address to open: ${quote(one)}`,
        `${IN_KITSU} correct its URL.`,
      ),
    ];
  if (isMisplaced(one, target, context))
    return [
      broken(
        "custom-action-address",
        nameEntry(one),
        `It leads to ${target.origin}, because it does not begin with https:// and a host: ${quote(one)}`,
        `${IN_KITSU} set its URL to the whole address.`,
      ),
    ];
  const isBlocked = isUnencrypted(target.origin) && kitsuUrls.some((url) => url.startsWith("https:"));
  const level = one.is_ajax ? broken : risky;
  return [
    ...(isBlocked
      ? [
          level(
            "custom-action-mixed-content",
            nameEntry(one),
            `It is on plain http, and Kitsu on https: browsers ${one.is_ajax ? "block it" : "warn"}. ${quote(one)}`,
            `Serve it over https. ${IN_KITSU} correct its URL.`,
          ),
        ]
      : []),
    ...(hasSecret(target.href)
      ? [
          risky(
            "custom-action-secret",
            nameEntry(one),
            "Its URL has a secret, and Kitsu sends it to everyone who is logged in, clients too.",
            `Replace the secret. ${IN_KITSU} take it out of the URL.`,
          ),
        ]
      : []),
  ];
}

/** The action's id in an address of this worker; undefined if it leads to none. */
function readId({ origin, pathname }: URL, { base }: DoctorContext): string | undefined {
  const prefix = `${base}/actions/`;
  return `${origin}${pathname}`.startsWith(prefix)
    ? `${origin}${pathname}`.slice(prefix.length).replace(/\/$/, "")
    : undefined;
}

function checkOwn(one: ListedAction, target: URL, context: DoctorContext): Finding[] {
  const { base, actions } = context;
  const correct = (id = "<action>") => `${IN_KITSU} set its URL to ${base}/actions/${id}`;
  const id = readId(target, context);
  if (id === undefined)
    return [
      broken(
        "custom-action-path",
        nameEntry(one),
        `It leads to no action of this worker: ${quote(one)}`,
        correct(actions.find((each) => target.pathname.endsWith(`/${each.id}`))?.id),
      ),
    ];
  const action = actions.find((each) => each.id === id);
  if (action === undefined) {
    const ids = actions.map((each) => each.id);
    const nearest = findNearest(id, ids);
    return [
      broken(
        "custom-action-unknown",
        nameEntry(one),
        `The worker offers no action "${id.slice(0, 80)}".${suggest(nearest)} ${quote(one)}`,
        nearest === undefined
          ? `${correct()}: ${ids.join(", ")}. Or set what it needs (README), or delete it.`
          : `${correct(nearest)}`,
      ),
    ];
  }
  return action.modes.includes(one.is_ajax ? "ajax" : "form")
    ? []
    : [
        broken(
          "custom-action-mode",
          nameEntry(one),
          `The action can't be run with Ajax ${one.is_ajax ? "on" : "off"}.`,
          `${IN_KITSU} turn Ajax ${one.is_ajax ? "off" : "on"}.`,
        ),
      ];
}

/** Kitsu's menu tells entries apart by their names alone. */
function findSameNames(all: readonly ListedAction[]): Finding[] {
  const names = all.map(nameEntry);
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

/** Entries of another worker, or of this one at an earlier address. */
function findElsewhere(
  located: readonly { target: URL | null }[],
  own: readonly Located[],
  { actions, base }: DoctorContext,
): Finding[] {
  const known = own.map(({ target }) => target);
  const places = located.flatMap(({ target }) => {
    const [, place = "", id] =
      (target !== null && !known.includes(target) && /^(.*)\/actions\/([^/]+)\/?$/.exec(target.pathname)) || [];
    // Another finding says that an entry has this worker's address with http.
    const isNew = target !== null && target.host !== new URL(base).host && actions.some((one) => one.id === id);
    return isNew ? [target.origin + place] : [];
  });
  return [...new Set(places)].map((place) =>
    worthKnowing(
      "custom-actions-elsewhere",
      place,
      `Custom actions of another worker, or of an earlier address of ${base}: ${places.filter((one) => one === place).length}.`,
      "If nothing is there anymore, delete them in Kitsu (docs/register.md).",
    ),
  );
}

function findUnregistered(own: readonly Located[], context: DoctorContext): Finding[] {
  if (own.length === 0)
    return [
      risky(
        "custom-actions-missing",
        SUBJECT,
        `Kitsu has none for ${context.base}, so nobody can run an action there.`,
        REGISTER,
      ),
    ];
  const registered = own.map(({ target }) => readId(target, context));
  const missing = context.actions.map(({ id }) => id).filter((id) => !registered.includes(id));
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
