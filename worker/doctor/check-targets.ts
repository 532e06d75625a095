// The servers that calls are forwarded to: whether calls can be signed, whether they answer, and
// whether they have the same secret. No call is sent, because a server that does not check
// signatures would run it.
import { parseResponse } from "../../contract.ts";
import { randomHex } from "../format/hex.ts";
import type { ForwardTarget } from "../services/webhook-client.ts";
import { secretName } from "../services/webhook-client.ts";
import { signRequest } from "../services/webhook-signature.ts";
import type { DoctorContext } from "./doctor-context.ts";
import {
  asSecret,
  broken,
  type Finding,
  fine,
  inSettings,
  listSome,
  OWN_AUTHORITY,
  risky,
  USE_TUNNEL,
  worthKnowing,
} from "./finding.ts";
import { type Answered, describeStatus, isAnswered, isPrivateHost, isRedirect, type Unanswered } from "./probe.ts";

const TARGETS_MAX = 8;

export async function checkTargets(context: DoctorContext): Promise<Finding[]> {
  const { forwardTargets: targets, env } = context.settings;
  const others = targets.filter(({ url }) => !url.startsWith(`${context.base}/actions/`));
  const left = others.slice(TARGETS_MAX).map(({ id }) => id);
  const asked = others.slice(0, TARGETS_MAX).map((target) => askTarget(target, context));
  return [
    ...targets.flatMap((target) => checkTarget(target, env)),
    ...targets
      .filter((target) => !others.includes(target))
      .map((target) =>
        broken(
          "target-is-worker",
          subjectOf(target),
          "Its address is this worker's own, which takes no forwarded calls.",
          inSettings("set its url to your server's address"),
        ),
      ),
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

/** The setting that has its secret. */
const nameSecret = ({ id }: ForwardTarget, env: Readonly<Record<string, unknown>>) =>
  env[secretName(id)] === undefined ? "FORWARD_SECRET" : secretName(id);

/** What the settings say about it. */
function checkTarget(target: ForwardTarget, env: Readonly<Record<string, unknown>>): Finding[] {
  const { id, url, secret } = target;
  const name = nameSecret(target, env);
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

const REFUSED = [401, 403];

/**
 * Sends OPTIONS, which runs nothing. If the server then says that it takes GET, or refuses those
 * whom it does not know, it gets a GET with the signature of an empty body (docs/forward.md).
 */
async function askTarget(target: ForwardTarget, context: DoctorContext): Promise<Finding> {
  const { url, secret } = target;
  const answer = await context.probe(url, { method: "OPTIONS", maxBytes: 1_024 });
  const found = describeAnswer(target, answer, context);
  const mayBeAsked =
    isAnswered(answer) &&
    (REFUSED.includes(answer.status) || /\bGET\b/i.test(answer.headers.get("allow") ?? "")) &&
    found.level === "fine";
  if (secret === undefined || !mayBeAsked) return found;
  // No run has such an id, so the signature is good for nothing else.
  const id = `doctor-${randomHex(16)}`;
  const get = async (signedBody: string) =>
    context.probe(url, { headers: await signRequest(secret, id, signedBody), maxBytes: 1_024 });
  const signed = await get("");
  if (!isAnswered(signed)) return found;
  if (REFUSED.includes(signed.status)) return describeRefusal(target, signed, context.settings.env);
  if (signed.status !== 204) return found;
  const unsigned = await get("another");
  return isAnswered(unsigned) && REFUSED.includes(unsigned.status)
    ? { ...found, text: "It answers, and has the same secret." }
    : found;
}

function describeRefusal(target: ForwardTarget, answer: Answered, env: Readonly<Record<string, unknown>>): Finding {
  const { status, contentType, body } = answer;
  const parsed = parseResponse(status, contentType, body);
  const said = parsed.kind === "message" ? (parsed.text ?? parsed.title) : parsed.kind === "html" ? parsed.title : "";
  return broken(
    "target-refuses",
    subjectOf(target),
    `It refuses a GET that is signed like a call (${status})${said && `: “${said.slice(0, 200)}”`}`,
    `Set the same secret at the server (FORWARD_SECRET in the Python package) and here: ${asSecret(nameSecret(target, env))}. Correct both clocks. If a login in front of it answered, let it pass the worker. If calls work, let it answer GET with 405.`,
  );
}

function describeAnswer(
  target: ForwardTarget,
  answer: Answered | Unanswered,
  { isAtCloudflare }: DoctorContext,
): Finding {
  const { origin, hostname, protocol } = new URL(target.url);
  const subject = subjectOf(target);
  const start = `Start it, and look at its log. Or ${inSettings("correct its url").replace("In", "in")}`;
  if (!isAnswered(answer))
    return broken(
      "target-unreachable",
      subject,
      `${origin} ${answer.text}.`,
      isAtCloudflare && isPrivateHost(hostname)
        ? USE_TUNNEL
        : `${start}${isAtCloudflare || protocol === "http:" ? "" : ` ${OWN_AUTHORITY}`}`,
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
      "It answers OPTIONS with 404: there may be nothing at this address.",
      `${inSettings("correct its url")} If calls work, let it answer OPTIONS with 204.`,
    );
  if (status >= 500 && status !== 501)
    return broken("target-down", subject, `${origin} ${describeStatus(status)}.`, start);
  return {
    ...fine("target", subject, "It answers. It does not say whether it has the same secret."),
    measured: `${tookMs} ms`,
  };
}
