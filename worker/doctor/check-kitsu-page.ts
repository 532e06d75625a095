// Kitsu's page: what its headers let the script and the forms do, and whether it has the script.
import { isAllowed, parsePolicies } from "./content-security-policy.ts";
import type { DoctorContext } from "./doctor-context.ts";
import { broken, type Finding, fine, risky, worthKnowing } from "./finding.ts";
import { type Answered, isAnswered, isRedirect } from "./probe.ts";

/** So many of its addresses are asked. */
export const PAGES_MAX = 3;
/** The policies after which a form sent to another origin does not say where it comes from. */
const HIDING = ["no-referrer", "same-origin", "never"];
const KNOWN =
  /^(origin|origin-when-cross-origin|strict-origin|strict-origin-when-cross-origin|no-referrer-when-downgrade|unsafe-url)$/;
const WHERE = "on Kitsu's web server (docs/script.md)";

export async function checkKitsuPage(context: DoctorContext): Promise<Finding[]> {
  const urls = context.settings.kitsuUrls.slice(0, PAGES_MAX);
  return (await Promise.all(urls.map((url) => checkPage(url, context)))).flat();
}

async function checkPage(url: string, { readPage, readRoot, base }: DoctorContext): Promise<Finding[]> {
  const answer = await readPage(url);
  const check = "Open it in a browser. If it is not Kitsu, correct KITSU_URL in the settings.";
  // That nothing answers there is said about the API already.
  if (!isAnswered(answer))
    return "finding" in (await readRoot()) ? [] : [risky("kitsu-page-missing", url, `It ${answer.text}.`, check)];
  const { status, contentType, location } = answer;
  if (isRedirect(answer) || status !== 200 || !/html/i.test(contentType))
    return [
      risky(
        "kitsu-page-missing",
        url,
        `Kitsu's page is not there: status ${status} ${location ?? contentType}.`,
        check,
      ),
    ];
  const findings = checkPageHeaders(url, answer, base);
  return findings.length > 0 ? findings : [fine("kitsu-page", url, "Its headers let the script and the forms work.")];
}

type PageAnswer = Pick<Answered, "headers" | "body">;

/** Also for the command line, which may see other headers than the worker. */
export const checkPageHeaders = (url: string, answer: PageAnswer, base: string): Finding[] => [
  ...checkReferrer(url, answer, base),
  ...checkSecurityPolicy(url, answer, base),
  ...checkFeatures(url, answer),
];

/** What the page may not do, whatever address is asked. */
function checkFeatures(url: string, { headers }: PageAnswer): Finding[] {
  const policies = parsePolicies([headers.get("content-security-policy") ?? ""]);
  const sandboxes = policies.filter((policy) => policy.has("sandbox")).map((policy) => policy.get("sandbox") ?? []);
  const missing = ["allow-forms", "allow-popups"].filter((word) => sandboxes.some((words) => !words.includes(word)));
  return [
    ...(missing.length > 0
      ? [
          broken(
            "csp-sandbox",
            url,
            "Its sandbox blocks all actions that open a page.",
            `Add ${missing.join(" and ")} to sandbox in its Content-Security-Policy, ${WHERE}.`,
          ),
        ]
      : []),
    ...(/clipboard-write=\(\s*\)/.test(headers.get("permissions-policy") ?? "")
      ? [
          worthKnowing(
            "clipboard-blocked",
            url,
            "Its Permissions-Policy blocks the clipboard.",
            `Set clipboard-write=(self) in that header, ${WHERE}.`,
          ),
        ]
      : []),
  ];
}

function checkReferrer(url: string, { headers, body }: PageAnswer, base: string): Finding[] {
  const values = [headers.get("referrer-policy") ?? "", readMeta(body, "name", "referrer")]
    .flatMap((text) => text.toLowerCase().split(","))
    .map((text) => text.trim());
  // The last that is known counts.
  const policy = values.findLast((value) => HIDING.includes(value) || KNOWN.test(value)) ?? "";
  const [page, worker] = [new URL(url), new URL(base)];
  // Over https, browsers say that the page is of the same origin.
  const isSame = page.origin === worker.origin && (policy === "same-origin" || page.protocol === "https:");
  if (!HIDING.includes(policy) || isSame) return [];
  return [
    broken(
      "referrer-policy",
      url,
      `Its Referrer-Policy is "${policy}": forms arrive without their origin, and are refused.`,
      `Set "Referrer-Policy: strict-origin-when-cross-origin" ${WHERE}.`,
    ),
  ];
}

function checkSecurityPolicy(url: string, { headers, body }: PageAnswer, base: string): Finding[] {
  const policies = parsePolicies([
    headers.get("content-security-policy") ?? "",
    readMeta(body, "http-equiv", "content-security-policy"),
  ]);
  const { origin } = new URL(base);
  const [tag] = findTags(body);
  const socket = origin.replace(/^http/, "ws");
  const find = (
    [id, level]: [string, typeof broken],
    directive: Parameters<typeof isAllowed>[1],
    address: string,
    effect: string,
    proofs: readonly string[] = [],
  ): Finding[] =>
    isAllowed(policies, directive, `${address}/`, `${url}/`, proofs)
      ? []
      : [
          level(
            id,
            url,
            `Its Content-Security-Policy blocks ${effect}.`,
            `Add ${address} to ${directive} in that header, ${WHERE}.`,
          ),
        ];
  return [
    ...find(["csp-connect", broken], "connect-src", origin, "all Ajax actions"),
    ...find(["csp-form", broken], "form-action", origin, "all actions that open a page"),
    ...find(["csp-websocket", worthKnowing], "connect-src", socket, "WebSockets, so long runs are polled"),
    ...(tag === undefined ? [] : find(["csp-script", broken], "script-src", origin, "the script in it", tag.proofs)),
  ];
}

/**
 * - `src`: as it is written in Kitsu's page
 * - `proofs`: sources that a policy may have in place of its address
 */
type ScriptTag = { src: string; proofs: string[] };

/** Those that a browser runs. */
export const findTags = (page: string): ScriptTag[] =>
  listTags(page, "script")
    .filter((tag) => /^(|module|(text|application)\/javascript)$/i.test(readAttribute(tag, "type")))
    .map((tag) => ({
      src: readAttribute(tag, "src"),
      proofs: [`'nonce-${readAttribute(tag, "nonce")}'`, `'${readAttribute(tag, "integrity")}'`],
    }))
    .filter(({ src }) => /\/kitsu-actions(\.user)?\.js(\?|$)/.test(src));

const readMeta = (page: string, attribute: string, value: string): string =>
  listTags(page, "meta")
    .filter((tag) => readAttribute(tag, attribute).toLowerCase() === value)
    .map((tag) => readAttribute(tag, "content"))
    .join(",");

const withoutComments = (page: string) =>
  page
    .split("<!--")
    .map((part, at) => (at === 0 ? part : part.split("-->").slice(1).join("-->")))
    .join("");

const listTags = (page: string, name: string): string[] =>
  [...withoutComments(page).matchAll(new RegExp(`<${name}\\b([^>]{0,2000})>`, "gi"))].map(
    ([, attributes = ""]) => attributes,
  );

function readAttribute(tag: string, name: string): string {
  const [, double, single, bare] =
    new RegExp(`(?<![\\w-])${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, "i").exec(tag) ?? [];
  return (double ?? single ?? bare ?? "").replaceAll("&#39;", "'");
}
