import { createExecutionContext } from "cloudflare:test";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { openKitsuFor } from "../../../worker/access/kitsu-access.ts";
import { identify } from "../../../worker/access/person.ts";
import { debug } from "../../../worker/actions/debug.ts";
import { Failure } from "../../../worker/format/failure.ts";
import { ENGLISH } from "../../../worker/format/reader.ts";
import { parseCall } from "../../../worker/request/call.ts";
import { readSettings } from "../../../worker/settings/settings.ts";
import { replaceRun } from "../../support/worker/replace-run.ts";
import {
  AJAX_FIELDS,
  ajax,
  arrive,
  ask,
  EDGE,
  KITSU,
  makeEnv,
  readFailed,
  readLog,
} from "../../support/worker/worker.ts";
import {
  ARTIST,
  addProject,
  BOT,
  BOT_TOKEN,
  type FakeZou,
  INACTIVE,
  id,
  MANAGER,
  openFakeZou,
} from "../../support/worker/zou.ts";

let fake: FakeZou;
beforeEach(() => {
  fake = openFakeZou();
});

type Who = { userid?: unknown; useremail?: unknown };
const WITH_BOT = { KITSU_TOKEN: BOT_TOKEN };

/** @param host where the worker is reached: on Kitsu's own host the session comes along */
async function find(
  who: Who,
  headers: Record<string, string> = {},
  variables: Record<string, unknown> = WITH_BOT,
  host = EDGE,
) {
  const env = makeEnv(variables);
  const request = arrive(`${host}/actions/debug`, { method: "POST", headers });
  const context = {
    env,
    settings: readSettings(env),
    ctx: createExecutionContext(),
    url: new URL(request.url),
    reader: ENGLISH,
    base: host,
  };
  return identify(request, parseCall([], Object.entries(who)), context, new AbortController().signal);
}

async function failureOf(promise: Promise<unknown>) {
  const thrown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof Failure)) throw new Error(`Expected a Failure, got ${String(thrown)}`);
  return thrown;
}

const session = (person: { id: string }) => ({ cookie: `theme=dark; access_token_cookie=session-${person.id}` });

describe("an unchecked person", () => {
  it("can read nothing with the bot's account", async () => {
    const person = await find({ useremail: ARTIST.email });
    expect(person.trust).toBe("unchecked");
    const { signal } = new AbortController();
    const settings = readSettings(makeEnv(WITH_BOT));
    expect(
      openKitsuFor(person, undefined, { selection: [], settings, signal, waitUntil: () => undefined }),
    ).toBeUndefined();
  });
});

describe("a claimed person", () => {
  it("exists, is active, and has the id and e-mail that the call names", async () => {
    expect(await find({ userid: ARTIST.id, useremail: "PERSON4@studio.tld" })).toMatchObject({
      trust: "claimed",
      id: ARTIST.id,
      role: "user",
      token: undefined,
    });
  });

  it.each([
    ["unknown to Kitsu", { userid: id(1, 99) }],
    ["no longer active", { userid: INACTIVE.id }],
    ["a bot", { userid: BOT.id }],
    ["someone with another e-mail", { userid: ARTIST.id, useremail: "person2@studio.tld" }],
  ])("is rejected if they are %s, always with the same reply", async (_, who) => {
    const { reply, cause } = await failureOf(find(who));
    expect(reply).toEqual((await failureOf(find({ userid: id(1, 98) }))).reply);
    expect(cause).toBeDefined();
  });

  it.each([
    ["is invalid", "' OR 1=1 --"],
    ["is a number", 42],
  ])("is rejected if the id %s and nothing else identifies them", async (_, userid) => {
    for (const variables of [WITH_BOT, {}]) {
      expect(await failureOf(find({ userid }, {}, variables))).toMatchObject({
        code: "invalid-call",
        message: expect.stringContaining("is not the id of a person"),
        reply: { field: "userid" },
      });
    }
    expect((await failureOf(find({ userid, useremail: ARTIST.email }))).code).toBe("invalid-call");
    expect(fake.requests).toEqual([]);
  });

  it.each(["ada", "no address", 42, ["a@b.c"]])("does not need a valid e-mail: %j", async (useremail) => {
    expect(await find({ userid: ARTIST.id, useremail })).toMatchObject({ trust: "claimed", id: ARTIST.id });
  });

  it("has the e-mail in Kitsu, whatever its characters", async () => {
    fake.sessions.set("session-maeve", { ...ARTIST, email: "Maeve.O'Brien@studio.tld " });
    const cookie = "access_token_cookie=session-maeve";
    const who = { userid: ARTIST.id, useremail: "maeve.o'brien@studio.tld " };
    expect(await find(who, { cookie }, {}, KITSU)).toMatchObject({ trust: "session", id: ARTIST.id });
    const other = { ...who, useremail: "maeve.obrien@studio.tld" };
    expect((await failureOf(find(other, { cookie }, {}, KITSU))).code).toBe("person-not-accepted");
  });

  it("is not checked if the worker has no account in Kitsu", async () => {
    expect(await find({ userid: ARTIST.id }, {}, {})).toEqual(
      expect.objectContaining({ trust: "unchecked", id: ARTIST.id, departments: [] }),
    );
    expect(fake.requests).toEqual([]);
  });
});

describe("a person with a session", () => {
  it("is who Zou says, and acts as themselves", async () => {
    const person = await find({ userid: ARTIST.id }, session(ARTIST), {}, KITSU);
    expect(person).toMatchObject({
      trust: "session",
      id: ARTIST.id,
      email: ARTIST.email,
      token: `session-${ARTIST.id}`,
    });
    expect(fake.requests).toMatchObject([{ path: "/auth/authenticated", token: `session-${ARTIST.id}` }]);
  });

  it("is rejected if the call names someone else", async () => {
    const { code, cause } = await failureOf(find({ userid: MANAGER.id }, session(ARTIST), WITH_BOT, KITSU));
    expect(code).toBe("person-not-accepted");
    expect(String(cause)).toContain("Mismatch");
  });

  it.each(["' OR 1=1 --", 42])("does not need a valid id: %j", async (userid) => {
    expect(await find({ userid }, session(ARTIST), {}, KITSU)).toMatchObject({ trust: "session", id: ARTIST.id });
  });

  it.each([
    [
      "has ended",
      { cookie: "access_token_cookie=over" },
      "Your session in Kitsu has ended",
      "your Kitsu session has ended",
    ],
    ["is missing", {}, "You are not logged in to Kitsu", "the call had no Kitsu session"],
  ])("is told that the session %s, and to log in again", async (_, headers, title, why) => {
    // With these, debug still runs, and says why it knows so little.
    const variables = { BASE_PATH: "/edge", KITSU_URL: KITSU, TRUST: "unchecked" };
    const on = (action: string) => {
      const init = ajax({ ...AJAX_FIELDS, userid: ARTIST.id, useremail: ARTIST.email }, headers);
      return ask(`${KITSU}/edge/actions/${action}`, init, variables);
    };
    const reply = await readFailed(await on("playlist"));
    expect(reply).toMatchObject({
      code: "person-not-accepted",
      title,
      advice: expect.stringContaining("Log in to Kitsu again"),
    });
    const text = await (await on("debug")).text();
    expect(text).toContain(why);
    expect(text).toContain("Log in to Kitsu again");
    expect(text).not.toContain("can't ask Kitsu");
  });

  it("has no session on any other host than Kitsu's, whatever the cookie", async () => {
    expect(await find({ userid: ARTIST.id }, session(ARTIST))).toMatchObject({ trust: "claimed" });
    expect(fake.requests.every(({ token }) => token === BOT_TOKEN)).toBe(true);
  });

  it("is only claimed if the session has expired", async () => {
    expect(await find({ userid: ARTIST.id }, { cookie: "access_token_cookie=over" }, WITH_BOT, KITSU)).toMatchObject({
      trust: "claimed",
    });
    expect(await find({ userid: ARTIST.id }, session(INACTIVE), {}, KITSU)).toMatchObject({ trust: "unchecked" });
  });
});

describe("a person verified by Cloudflare Access", () => {
  /** A new team for each test: the worker caches a team's keys, and rarely fetches them again. */
  let name = "";
  let [teams, keyIds] = [0, 0];
  const team = () => `https://${name}.cloudflareaccess.com`;
  const variables = () => ({ ...WITH_BOT, ACCESS_TEAM: name, ACCESS_AUDIENCE: "aud-tag" });

  beforeEach(() => {
    teams += 1;
    name = `studio-${teams}`;
  });

  async function makeKeys() {
    keyIds += 1;
    const kid = `key-${keyIds}`;
    const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
    return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: "RS256" } };
  }
  type Keys = Awaited<ReturnType<typeof makeKeys>>;

  const sign = (
    { privateKey, kid }: Keys,
    rest: { aud?: string; iss?: string; exp?: string | number; email?: string } = {},
  ) =>
    new SignJWT({ email: rest.email ?? ARTIST.email })
      .setProtectedHeader({ alg: "RS256", kid })
      .setIssuer(rest.iss ?? team())
      .setAudience(rest.aud ?? "aud-tag")
      .setIssuedAt()
      .setExpirationTime(rest.exp ?? "5m")
      .sign(privateKey);

  const valid = () => ({ email: ARTIST.email, iss: team(), aud: "aud-tag", exp: 4_000_000_000 });
  const encode = (value: object) => btoa(JSON.stringify(value)).replace(/=+$/, "");

  /** Any payload, correctly signed with the same key. */
  async function signRaw({ privateKey, kid }: Keys, payload: object, alg = "RS256") {
    const name = alg === "PS256" ? "RSA-PSS" : "RSASSA-PKCS1-v1_5";
    const secret = { ...(await exportJWK(privateKey)), kty: "RSA", alg, key_ops: ["sign"] };
    const key = await crypto.subtle.importKey("jwk", secret, { name, hash: "SHA-256" }, false, ["sign"]);
    const text = `${encode({ alg, kid })}.${encode(payload)}`;
    const algorithm = alg === "PS256" ? { name, saltLength: 32 } : name;
    const bytes = new Uint8Array(await crypto.subtle.sign(algorithm, key, new TextEncoder().encode(text)));
    return `${text}.${btoa(String.fromCharCode(...bytes))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replace(/=+$/, "")}`;
  }

  const signWithSecret = ({ jwk, kid }: Keys) =>
    new SignJWT(valid()).setProtectedHeader({ alg: "HS256", kid }).sign(new TextEncoder().encode(JSON.stringify(jwk)));

  /** Serves the team's keys; the fake Zou answers all other requests. */
  function publish(...keys: { jwk: object }[]) {
    const asZou = vi.mocked(globalThis.fetch).getMockImplementation();
    vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
      const { url } = new Request(input, init);
      if (url === `${team()}/cdn-cgi/access/certs`) return Response.json({ keys: keys.map(({ jwk }) => jwk) });
      return asZou?.(input, init) ?? Response.error();
    });
  }

  const present = async (assertion: string, who: Who = {}) =>
    find(who, { "cf-access-jwt-assertion": assertion }, variables());

  it("is found in Kitsu by e-mail, also after a rotation of the keys", async () => {
    const [old, current] = [await makeKeys(), await makeKeys()];
    publish(old, current);
    expect(await present(await sign(current))).toMatchObject({ trust: "access", id: ARTIST.id, role: "user" });
    expect(await present(await sign(old), { userid: ARTIST.id })).toMatchObject({ trust: "access" });
  });

  it("has no e-mail of Kitsu's, which lists show only to administrators", async () => {
    const keys = await makeKeys();
    publish(keys);
    const person = await present(await sign(keys), { userid: ARTIST.id, useremail: ARTIST.email ?? "" });
    expect(person).toMatchObject({ trust: "access", email: ARTIST.email });
    expect(person.emailInKitsu).toBeUndefined();
  });

  it.each([
    ["that is expired", (keys: Keys) => sign(keys, { exp: Math.floor(Date.now() / 1_000) - 3_600 })],
    ["for another audience", (keys: Keys) => sign(keys, { aud: "another" })],
    ["of another team", (keys: Keys) => sign(keys, { iss: "https://elsewhere.cloudflareaccess.com" })],
    ["of an unknown key", async (keys: Keys) => sign({ ...(await makeKeys()), kid: keys.kid })],
    ["that never expires", (keys: Keys) => signRaw(keys, { email: ARTIST.email, iss: team(), aud: "aud-tag" })],
    ["that names nobody", (keys: Keys) => signRaw(keys, { iss: team(), aud: "aud-tag", exp: 4_000_000_000 })],
    ["of an algorithm that is not Access's", (keys: Keys) => signRaw(keys, valid(), "PS256")],
    ["that is unsigned", async () => `${encode({ alg: "none" })}.${encode(valid())}.`],
    ["that is signed with the public key as a secret", (keys: Keys) => signWithSecret(keys)],
    ["that is nonsense", async () => "nonsense"],
  ])("is rejected with a token %s, while a valid one is accepted", async (_, make) => {
    const keys = await makeKeys();
    // A key without an algorithm rejects none by itself.
    publish({ jwk: { ...keys.jwk, alg: undefined } });
    expect(await present(await sign(keys))).toMatchObject({ trust: "access" });
    expect((await failureOf(present(await make(keys)))).code).toBe("person-not-accepted");
    expect(await present(await sign(keys))).toMatchObject({ trust: "access" });
  });

  it("is told to retry if the keys of Access can't be fetched", async () => {
    const keys = await makeKeys();
    const assertion = await sign(keys);
    const asZou = vi.mocked(globalThis.fetch).getMockImplementation();
    for (const certs of [
      () => Promise.reject(new TypeError("connection refused")),
      async () => new Response("<html>", { status: 502 }),
    ]) {
      vi.mocked(globalThis.fetch).mockImplementation(async (input, init) =>
        new Request(input, init).url.endsWith("/certs") ? certs() : (asZou?.(input, init) ?? Response.error()),
      );
      const failure = await failureOf(present(assertion));
      expect(failure.code).toBe("access-unreachable");
      expect(failure.reply.retry).toBe(true);
    }
  });

  it("is found even if their bot has the same e-mail", async () => {
    const keys = await makeKeys();
    publish(keys);
    const before = BOT.email;
    BOT.email = ARTIST.email;
    try {
      expect(await present(await sign(keys))).toMatchObject({ trust: "access", id: ARTIST.id });
    } finally {
      BOT.email = before;
    }
  });

  it("is rejected if two people have the same e-mail: either of them may have called", async () => {
    const keys = await makeKeys();
    publish(keys);
    const before = MANAGER.email;
    MANAGER.email = ARTIST.email;
    try {
      expect((await failureOf(present(await sign(keys)))).code).toBe("person-not-accepted");
    } finally {
      MANAGER.email = before;
    }
  });

  it("is required if Access is configured: a call without its token is not accepted as a claim", async () => {
    const { taskIds } = addProject(fake, 1, 1);
    const call = ajax({ ...AJAX_FIELDS, selection: taskIds, userid: ARTIST.id, useremail: ARTIST.email });
    expect((await readFailed(await ask("/actions/debug", call, variables()))).code).toBe("person-not-accepted");
    expect((await ask("/actions/debug", call, { ...variables(), TRUST: "claimed" })).status).toBe(200);
    expect((await readFailed(await ask("/edge/actions/debug", call, { ...WITH_BOT, BASE_PATH: "/edge" }))).code).toBe(
      "person-not-accepted",
    );
  });

  it("is rejected if Kitsu has no such person, or the call names someone else", async () => {
    const keys = await makeKeys();
    publish(keys);
    expect((await failureOf(present(await sign(keys, { email: "stranger@studio.tld" })))).code).toBe(
      "person-not-accepted",
    );
    expect((await failureOf(present(await sign(keys), { userid: MANAGER.id }))).code).toBe("person-not-accepted");
  });
});

describe("the person of a run", () => {
  it("is passed to the action and logged, without the session's token", async () => {
    const { taskIds } = addProject(fake, 1, 1);
    const run = replaceRun(debug).mockResolvedValue({ kind: "done", severity: "info", title: "Fine" });
    const init = ajax(
      { ...AJAX_FIELDS, userid: ARTIST.id, useremail: ARTIST.email, selection: taskIds },
      { ...session(ARTIST), origin: KITSU, "sec-fetch-site": "same-origin" },
    );
    expect((await ask(`${KITSU}/actions/debug`, init)).status).toBe(200);
    expect(run.mock.lastCall?.[0].person).toMatchObject({ trust: "session", name: ARTIST.full_name });
    expect(await readLog()).toMatchObject([{ person: { trust: "session", id: ARTIST.id, name: ARTIST.full_name } }]);
    expect(JSON.stringify(await readLog())).not.toContain("session-");
  });

  it("must have the trust level that the deployment requires", async () => {
    addProject(fake, 1, 1);
    const response = await ask("/actions/debug", ajax({ ...AJAX_FIELDS, userid: ARTIST.id, useremail: ARTIST.email }), {
      ...WITH_BOT,
      TRUST: "session",
    });
    expect(response.status).toBe(403);
    expect(await readFailed(response)).toMatchObject({ code: "person-not-accepted" });
    expect(await readLog()).toMatchObject([{ status: 403, person: { trust: "claimed" } }]);
  });

  it("is in the log but not in the reply if the call names someone else", async () => {
    const init = ajax(
      { ...AJAX_FIELDS, userid: MANAGER.id, useremail: MANAGER.email },
      { ...session(ARTIST), "sec-fetch-site": "same-origin" },
    );
    const response = await ask(`${KITSU}/actions/debug`, init);
    expect(await response.text()).not.toContain(ARTIST.id);
    expect(await readLog()).toMatchObject([
      {
        status: 403,
        cause: expect.stringContaining(`Mismatch: the call names ${MANAGER.id}, the session is of ${ARTIST.id}`),
      },
    ]);
  });
});
