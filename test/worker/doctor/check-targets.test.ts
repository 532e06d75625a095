// The servers that calls are forwarded to: whether they have the same secret, asked without a call.
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { diagnose, htmlPage, isFault, openSurroundings } from "../../support/worker/doctor.ts";
import {
  AT_CLOUDFLARE,
  at,
  dead,
  type Fault,
  itNames,
  publish,
  redirect,
  refuse,
  TARGET,
} from "../../support/worker/doctor-faults.ts";
import { EDGE, KITSU } from "../../support/worker/worker.ts";

const secretOf = (letter: string) => `whsec_${btoa(letter.repeat(32))}`;
const [SECRET, OTHER] = [secretOf("a"), secretOf("b")];
const SETTINGS = { FORWARD_TARGETS: { publish: { url: TARGET } }, FORWARD_SECRET_PUBLISH: SECRET };

/** As the Python package answers, which has these secrets. */
const receiver =
  (...secrets: string[]) =>
  ({ method, headers }: Request): Response => {
    if (method === "OPTIONS") return new Response(null, { status: 204, headers: { allow: "GET, POST" } });
    const isSigned = secrets.some((secret) => {
      try {
        new Webhook(secret).verify("", Object.fromEntries(headers), { jsonParse: false });
        return true;
      } catch {
        return false;
      }
    });
    return isSigned
      ? new Response(null, { status: 204 })
      : Response.json({ message: "The signature is wrong." }, { status: 401 });
  };

type Answers = { options?: Response; get?: Response };
const answers =
  ({
    options = new Response(null, { headers: { allow: "GET, POST" } }),
    get = new Response(null, { status: 405 }),
  }: Answers) =>
  ({ method }: Request) =>
    (method === "OPTIONS" ? options : get).clone();

async function ask(give: (request: Request) => Response | Error, settings = {}) {
  const { asked, answer } = openSurroundings();
  answer(TARGET, give);
  const findings = await diagnose({ ...SETTINGS, ...settings });
  return {
    finding: findings.find(({ subject }) => subject === "FORWARD_TARGETS.publish"),
    requests: asked.filter(({ url }) => url.startsWith(TARGET)),
  };
}

const UNKNOWN = expect.objectContaining({
  level: "fine",
  text: "It answers. It does not say whether it has the same secret.",
});

describe("a target's secret", () => {
  it.each([
    ["is the same", SECRET, receiver(SECRET)],
    ["is one of two while it is replaced here", `${OTHER} ${SECRET}`, receiver(SECRET)],
    ["is one of two while it is replaced there", SECRET, receiver(OTHER, SECRET)],
  ])("%s", async (_, secret, give) => {
    const { finding } = await ask(give, { FORWARD_SECRET_PUBLISH: secret });
    expect(finding).toMatchObject({ level: "fine", text: "It answers, and has the same secret." });
  });

  it("is another", async () => {
    const { finding } = await ask(receiver(OTHER));
    expect(finding).toMatchObject({
      id: "target-refuses",
      level: "broken",
      text: "It refuses a GET that is signed like a call (401): “The signature is wrong.”",
      fix: expect.stringMatching(/secret put FORWARD_SECRET_PUBLISH .*clocks.*login.*405/),
    });
  });

  it("is not needed to tell a login in front of it", async () => {
    const login = new Response("<!doctype html><title>Sign in</title>", {
      status: 403,
      headers: { "content-type": "text/html" },
    });
    const { finding } = await ask(answers({ options: login, get: login }));
    expect(finding).toMatchObject({
      id: "target-refuses",
      level: "broken",
      text: expect.stringContaining("“Sign in”"),
    });
  });

  it.each<[string, Answers]>([
    ["does not know it", {}],
    ["has a page there", { get: htmlPage() }],
    ["can't read what is not JSON", { get: new Response(null, { status: 500 }) }],
    ["accepts anything", { get: new Response(null, { status: 204 }) }],
    ["leads people elsewhere", { get: new Response(null, { status: 302, headers: { location: "/login" } }) }],
  ])("stays unknown if the server %s", async (_, given) => {
    expect((await ask(answers(given))).finding).toEqual(UNKNOWN);
  });

  it.each([
    ["takes POST alone", new Response(null, { headers: { allow: "POST, OPTIONS" } })],
    ["does not say what it takes", new Response(null, { status: 405 })],
    ["answers for browsers alone", new Response(null, { headers: { "access-control-allow-methods": "GET, POST" } })],
    ["has no OPTIONS", new Response(null, { status: 501 })],
  ])("stays unknown, without another request, if the server %s", async (_, options) => {
    const { finding, requests } = await ask(answers({ options, get: new Response(null, { status: 401 }) }));
    expect(finding).toEqual(UNKNOWN);
    expect(requests).toHaveLength(1);
  });

  it("is asked for with a signature that is good for nothing else", async () => {
    const { requests } = await ask(receiver(SECRET));
    expect(requests.map(({ method }) => method)).toEqual(["OPTIONS", "GET", "GET"]);
    const ids = new Set(requests.slice(1).map(({ headers }) => headers.get("webhook-id")));
    expect([...ids]).toEqual([expect.stringMatching(/^doctor-[0-9a-f]{32}$/)]);
    expect(requests.every(({ redirect }) => redirect === "manual")).toBe(true);
  });
});

it("ten targets, three addresses of Kitsu, farms and Access need 47 requests at most", async () => {
  const { asked, answer } = openSurroundings();
  answer("https://t", receiver(SECRET));
  answer("https://studio.cloudflareaccess.com/", () => Response.json({ keys: [{}] }));
  answer("https://flamenco", () => Response.json({ version: "3.6", job_types: [] }));
  answer("https://two", () => htmlPage());
  answer("https://three", () => htmlPage());
  const findings = await diagnose({
    FORWARD_TARGETS: Object.fromEntries(
      Array.from({ length: 10 }, (_, at) => [`t-${at}`, { url: `https://t${at}.tld/` }]),
    ),
    FORWARD_SECRET: SECRET,
    KITSU_URL: `${KITSU},https://two.tld,https://three.tld`,
    ACCESS_TEAM: "studio",
    ACCESS_AUDIENCE: "the-tag",
    FLAMENCO: { url: "https://flamenco.tld", blend: "/mnt/{entity}.blend", output: "/mnt/{entity}" },
    AFANASY: {
      url: "https://afanasy.tld",
      templates: [{ id: "blender", service: "blender", command: "blender @#@ @#@" }],
    },
  });
  expect(findings.filter(({ text }) => /has the same secret/.test(text))).toHaveLength(8);
  expect(findings.filter(({ text }) => /one check sends/.test(text))).toEqual([]);
  expect(asked.length).toBeLessThanOrEqual(47);
});

it("a target that is this worker is named, and not asked", async () => {
  const { asked } = openSurroundings();
  const url = `${EDGE}/actions/debug`;
  const findings = await diagnose({ FORWARD_TARGETS: { publish: { url } }, FORWARD_SECRET: SECRET });
  expect(findings.filter(isFault)).toEqual([expect.objectContaining({ id: "target-is-worker", level: "broken" })]);
  expect(asked.filter((request) => request.url.startsWith(url))).toEqual([]);
});

const FAULTS: readonly Fault[] = [
  {
    is: "a target without a secret",
    settings: { ...publish(), FORWARD_SECRET: "" },
    id: "target-secret-missing",
    level: "broken",
    says: /not sent/,
    fix: /secret put FORWARD_SECRET/,
  },
  {
    is: "a malformed secret",
    settings: { ...publish(), FORWARD_SECRET_PUBLISH: "abc" },
    id: "target-secret-malformed",
    level: "broken",
    says: /whsec_/,
    fix: /secret put FORWARD_SECRET_PUBLISH/,
  },
  {
    is: "a target on plain http",
    settings: publish("http://pipeline.studio.tld/kitsu"),
    id: "target-plain-http",
    level: "risky",
    says: /can read/,
    fix: /correct its url/,
  },
  {
    is: "a target that is dead",
    settings: publish(),
    outside: at(TARGET, dead),
    id: "target-unreachable",
    level: "broken",
    says: /can't be reached/,
    fix: /Start it/,
  },
  {
    is: "a target that only the studio reaches",
    settings: publish("http://10.0.0.5/kitsu"),
    outside: at("http://10.0.0.5", dead),
    request: AT_CLOUDFLARE,
    id: "target-unreachable",
    level: "broken",
    says: /10\.0\.0\.5/,
    fix: /tunnel/,
  },
  {
    is: "a target that redirects",
    settings: publish(),
    outside: at(TARGET, redirect("https://login.studio.tld/")),
    id: "target-redirects",
    level: "broken",
    says: /login\.studio\.tld/,
    fix: /final address/,
  },
  {
    is: "a target at a wrong address",
    settings: publish(),
    outside: at(TARGET, refuse(404)),
    id: "target-not-found",
    level: "risky",
    says: /404/,
    fix: /settings file\), correct its url/,
  },
  {
    is: "a target that is down",
    settings: publish(),
    outside: at(TARGET, refuse(502)),
    id: "target-down",
    level: "broken",
    says: /502/,
    fix: /Start it/,
  },
  {
    is: "a target whose certificate may be of the studio's own authority",
    settings: publish(),
    outside: at(TARGET, dead),
    id: "target-unreachable",
    level: "broken",
    says: /certificate/,
    fix: /NODE_EXTRA_CA_CERTS/,
  },
];

describe("the doctor's check of the targets", () => itNames(FAULTS));
