// The servers that calls are forwarded to: whether calls can be signed, and whether they answer. No
// call is sent, because a server that does not check signatures would run it.
import type { ForwardTarget } from "../services/webhook-client.ts";
import { secretName } from "../services/webhook-client.ts";
import type { DoctorContext } from "./doctor-context.ts";
import { asSecret, broken, type Finding, fine, inSettings, listSome, risky, worthKnowing } from "./finding.ts";
import { type Answered, isAnswered, isPrivateHost, isRedirect, type Unanswered } from "./probe.ts";

const TARGETS_MAX = 8;

export async function checkTargets(context: DoctorContext): Promise<Finding[]> {
  const { forwardTargets: targets, env } = context.settings;
  const left = targets.slice(TARGETS_MAX).map(({ id }) => id);
  const asked = targets.slice(0, TARGETS_MAX).map(async (target) => {
    const answer = await context.probe(target.url, { method: "OPTIONS", maxBytes: 1_024 });
    return describeAnswer(target, answer, context);
  });
  return [
    ...targets.flatMap((target) => checkTarget(target, env)),
    ...(await Promise.all(asked)),
    ...(left.length > 0
      ? [
          worthKnowing(
            "targets-not-asked",
            "FORWARD_TARGETS",
            `${listSome(left)} were not asked: only the first ${TARGETS_MAX} are.`,
          ),
        ]
      : []),
  ];
}

const subjectOf = ({ id }: ForwardTarget) => `FORWARD_TARGETS.${id}`;

/** What the settings say about it. */
function checkTarget(target: ForwardTarget, env: Readonly<Record<string, unknown>>): Finding[] {
  const { id, url, secret } = target;
  const name = env[secretName(id)] === undefined ? "FORWARD_SECRET" : secretName(id);
  const make = `Make one (echo "whsec_$(head -c 32 /dev/urandom | base64)"), and set it at the server and here: ${asSecret(name)}`;
  const { protocol, hostname } = new URL(url);
  return [
    ...(secret !== undefined
      ? []
      : env[name] === undefined
        ? [
            broken(
              "target-secret-missing",
              subjectOf(target),
              "There is no secret to sign its calls with, so they are not sent.",
              make,
            ),
          ]
        : [
            broken(
              "target-secret-malformed",
              name,
              `It is not "whsec_" and base64, so calls to "${id}" are not sent.`,
              make,
            ),
          ]),
    ...(protocol === "http:" && !isPrivateHost(hostname)
      ? [
          risky(
            "target-plain-http",
            subjectOf(target),
            "Anyone on the way can read its calls.",
            `Serve it over https. ${inSettings("correct its url")}`,
          ),
        ]
      : []),
  ];
}

function describeAnswer(
  target: ForwardTarget,
  answer: Answered | Unanswered,
  { isAtCloudflare }: DoctorContext,
): Finding {
  const { origin, hostname } = new URL(target.url);
  const subject = subjectOf(target);
  const start = `Start it, and look at its log. Or ${inSettings("correct its url").replace("In", "in")}`;
  if (!isAnswered(answer))
    return broken(
      "target-unreachable",
      subject,
      `${origin} ${answer.text}.`,
      isAtCloudflare && isPrivateHost(hostname) ? USE_TUNNEL : start,
    );
  const { status, location, tookMs } = answer;
  if (isRedirect(answer))
    return broken(
      "target-redirects",
      subject,
      `${origin} redirects to ${location?.slice(0, 200)}, and calls don't follow.`,
      `${inSettings("set its url to the final address")} It can't be behind a login page.`,
    );
  if (status === 404)
    return risky(
      "target-not-found",
      subject,
      "Its server has nothing at this address (404).",
      inSettings("correct its url"),
    );
  if (status >= 500 && status !== 501)
    return broken("target-down", subject, `${origin} answers with status ${status}.`, start);
  return {
    ...fine("target", subject, "It answers. Whether it has the same secret shows only with a call."),
    measured: `${tookMs} ms`,
  };
}

export const USE_TUNNEL =
  'Cloudflare can\'t reach a private address: use a tunnel (docs/network.md, "Reaching the studio").';
