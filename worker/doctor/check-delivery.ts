// How the script gets into Kitsu's page, and which version.
import { TAG_SCRIPT } from "../pages/userscript-file.ts";
import { readUserscriptVersion } from "../pages/userscript-version.ts";
import { findTags, PAGES_MAX } from "./check-kitsu-page.ts";
import type { DoctorContext } from "./doctor-context.ts";
import { broken, type Finding, fine, inSettings, worthKnowing } from "./finding.ts";
import { type Answered, isAnswered, type Unanswered } from "./probe.ts";

export async function checkDelivery(context: DoctorContext): Promise<Finding[]> {
  const { settings, env, readPage, isAtCloudflare } = context;
  const urls = settings.kitsuUrls.slice(0, PAGES_MAX);
  const version = await readUserscriptVersion(env, settings);
  const found = await Promise.all(
    urls.map(async (url) => {
      const page = await readPage(url);
      return settings.injects
        ? checkInjection(page, version, isAtCloudflare)
        : checkTag(page, { url, version, subject: urls.length === 1 ? "Script" : url }, context);
    }),
  );
  return settings.injects ? (found[0] ?? []) : found.flat();
}

function checkInjection(page: Answered | Unanswered, version: string, isAtCloudflare: boolean): Finding[] {
  if (!isAtCloudflare)
    return [
      broken(
        "inject-elsewhere",
        "INJECT",
        "It works only at Cloudflare: here, requests for Kitsu's pages come back to the worker.",
        inSettings("remove INJECT, and let Kitsu's web server add the script (docs/script.md)"),
      ),
    ];
  if (isAnswered(page) && /no-transform/i.test(page.headers.get("cache-control") ?? ""))
    return [
      broken(
        "inject-forbidden",
        "INJECT",
        "Kitsu's page has Cache-Control: no-transform, so it gets no script.",
        "Remove no-transform on Kitsu's web server.",
      ),
    ];
  return [fine("script-injected", "Script", `The worker adds version ${version} to Kitsu's page.`)];
}

type Place = { url: string; version: string; subject: string };

async function checkTag(
  page: Answered | Unanswered,
  { url, version, subject }: Place,
  { base, probe }: DoctorContext,
): Promise<Finding[]> {
  // That there is no page is said already.
  if (!isAnswered(page) || page.status !== 200) return [];
  const [tag, ...others] = findTags(page.body);
  if (tag === undefined)
    return [
      worthKnowing(
        "script-not-in-page",
        subject,
        `Kitsu's page does not have it: each person needs the userscript, version ${version}.`,
        "To save them that, let Kitsu's web server add it (docs/script.md).",
      ),
    ];
  const target = URL.parse(tag.src, `${url}/`)?.href.split("?")[0];
  const right = `Set the src of its tag to ${base}${TAG_SCRIPT} on Kitsu's web server.`;
  if (target?.startsWith("http:") && url.startsWith("https:"))
    return [
      broken("script-blocked", subject, `It is on plain http, so browsers block it: ${target.slice(0, 200)}`, right),
    ];
  // A worker at Cloudflare can't ask itself.
  const other = target === undefined || target.startsWith(`${base}/`) ? undefined : await probe(target);
  if (other !== undefined && isAnswered(other) && !(other.status === 200 && /script/i.test(other.contentType)))
    return [
      broken(
        "script-missing",
        subject,
        `There is no script at the address in Kitsu's page (${describeAnswer(other)}): ${target?.slice(0, 200)}`,
        right,
      ),
    ];
  return [
    ...(others.length > 0
      ? [
          worthKnowing(
            "script-twice",
            subject,
            `Kitsu's page has ${others.length + 1} tags for it.`,
            "Remove all but one.",
          ),
        ]
      : []),
    target === `${base}${TAG_SCRIPT}`
      ? fine("script-in-page", subject, `Kitsu's page has it, version ${version}.`)
      : worthKnowing(
          "script-elsewhere",
          subject,
          `Kitsu's page has another file, or that of another worker: ${target?.slice(0, 200)}`,
          right,
        ),
  ];
}

const describeAnswer = ({ status, contentType }: Answered) => `status ${status} ${contentType.split(";")[0]}`.trim();
