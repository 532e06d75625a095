// What this machine sees, as a browser in the studio would: Kitsu's page with its headers and the
// script, whether calls pass, and the servers of custom actions.
import { checkPageHeaders, findTags } from "../../../worker/doctor/check-kitsu-page.ts";
import { broken, type Diagnosis, type Finding, fine, risky } from "../../../worker/doctor/finding.ts";
import { isAnswered, isRedirect, openProbe, type Probe } from "../../../worker/doctor/probe.ts";
import { checkScript } from "./check-script.ts";
import { checkServers } from "./check-servers.ts";
import type { LocatedFinding } from "./format-findings.ts";

export async function checkFromHere(worker: string, diagnosis: Diagnosis): Promise<LocatedFinding[]> {
  // A browser would send each of these by itself: the worker's limit of requests doesn't apply.
  const probe = openProbe(new AbortController().signal, Number.POSITIVE_INFINITY);
  const [kitsu] = diagnosis.kitsu;
  const findings = await Promise.all([
    ...diagnosis.kitsu.map((url) => checkPage(url, worker, diagnosis, probe)),
    ...(kitsu === undefined
      ? []
      : [
          checkCalls(worker, new URL(kitsu).origin, probe),
          checkServers(diagnosis.customActions ?? [], { worker, kitsu, probe }),
        ]),
  ]);
  return findings.flat().map((finding) => ({ ...finding, group: "here" }));
}

/** What the worker says of a tag that loads no script. */
const TAG_FAULTS: readonly string[] = ["script-missing", "script-blocked"];

/** What the worker has found already is not repeated. */
async function checkPage(url: string, worker: string, { findings }: Diagnosis, probe: Probe): Promise<Finding[]> {
  const answer = await probe(`${url}/`, { headers: { accept: "text/html" } });
  if (!isAnswered(answer))
    return [
      risky(
        "kitsu-page-missing",
        url,
        `Seen from here, it ${answer.text}.`,
        "Open it in a browser, and check the DNS and the certificate.",
      ),
    ];
  const found = [
    ...checkPageHeaders(url, answer, worker),
    ...checkInjection(url, answer.body, findings),
    ...(findings.some(({ id }) => TAG_FAULTS.includes(id)) ? [] : await checkScript(url, answer.body, worker, probe)),
  ];
  return found.filter((one) => !findings.some(({ id, subject }) => id === one.id && subject === one.subject));
}

/** The worker itself gets Kitsu's page without what it adds to it. */
const checkInjection = (url: string, page: string, findings: readonly Finding[]): Finding[] =>
  findings.some(({ id }) => id === "script-injected") && findTags(page).length === 0
    ? [
        broken(
          "inject-not-routed",
          url,
          "INJECT is set, but the page has no script: requests for it don't pass the worker.",
          "In Cloudflare's dashboard, under Workers Routes, add a route for all of Kitsu's host (docs/deploy.md).",
        ),
      ]
    : [];

/** As Kitsu sends them, in both ways, to an address that does nothing. */
const DIALECTS = { form: "application/x-www-form-urlencoded", Ajax: "application/json" } as const;

async function checkCalls(worker: string, origin: string, probe: Probe): Promise<Finding[]> {
  const [preflight, ...answers] = await Promise.all([
    probe(`${worker}/actions/debug`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type" },
    }),
    ...Object.entries(DIALECTS).map(async ([dialect, type]) => ({
      dialect,
      answer: await probe(`${worker}/ping`, { method: "POST", headers: { origin, "content-type": type } }),
    })),
  ]);
  const allowed = isAnswered(preflight) && preflight.headers.get("access-control-allow-origin") === origin;
  const findings: Finding[] = allowed
    ? []
    : [
        broken(
          "preflight-refused",
          worker,
          `It does not allow Ajax calls from ${origin}${isAnswered(preflight) ? ` (status ${preflight.status})` : ""}.`,
          "Look at the proxy or firewall in front of the worker: it must pass OPTIONS, and the worker's headers.",
        ),
      ];
  for (const { dialect, answer } of answers) {
    if (isAnswered(answer) && answer.status === 204) continue;
    const what = isAnswered(answer)
      ? isRedirect(answer)
        ? `redirects to ${answer.location}`
        : `answers with status ${answer.status}`
      : answer.text;
    findings.push(
      broken(
        "call-refused",
        worker,
        `A call as ${dialect} does not arrive: it ${what}.`,
        "Look at the proxy or firewall in front of the worker.",
      ),
    );
  }
  return findings.length > 0
    ? findings
    : [fine("calls-arrive", worker, "Calls from Kitsu's page arrive, as form and as Ajax.")];
}
