// The URL a request was sent to: the headers of a proxy count only if the deployment trusts it.
import { describe, expect, it, vi } from "vitest";
import { ajax, ask, EDGE, KITSU, readFailed } from "../../support/worker/worker.ts";

const INSIDE = "http://worker.internal:8787";
const SCRIPT = "/kitsu-actions.user.js";
const PROXIED = { "x-forwarded-proto": "https", "x-forwarded-host": "actions.studio.tld" };
const TRUSTED = { TRUST_PROXY: "1" };

const readScript = async (headers: Record<string, string>, variables = {}) =>
  (await ask(`${INSIDE}${SCRIPT}`, { headers }, variables)).text();

describe("behind a proxy that terminates TLS, the public URL", () => {
  it("is the proxy's only if the deployment trusts it", async () => {
    expect(await readScript(PROXIED)).toContain(`@downloadURL ${INSIDE}${SCRIPT}`);
    expect(await readScript(PROXIED)).not.toContain("actions.studio.tld");
    expect(await readScript(PROXIED, { TRUST_PROXY: "0" })).not.toContain("actions.studio.tld");
    expect(await readScript(PROXIED, TRUSTED)).toContain(`@downloadURL https://actions.studio.tld${SCRIPT}`);
    expect(await readScript(PROXIED, TRUSTED)).not.toContain("worker.internal");
  });

  it("keeps the port that browsers use, and accepts each header alone", async () => {
    expect(await readScript({ "x-forwarded-host": "actions.studio.tld:8443" }, TRUSTED)).toContain(
      "@downloadURL http://actions.studio.tld:8443/",
    );
    expect(await readScript({ "x-forwarded-proto": "https" }, TRUSTED)).toContain(
      "@downloadURL https://worker.internal:8787/",
    );
    expect(await readScript({ ...PROXIED, "x-forwarded-proto": "https, http" }, TRUSTED)).toContain(
      "@downloadURL https://actions",
    );
  });

  it.each([
    { "x-forwarded-host": "evil.tld/path" },
    { "x-forwarded-host": "user@evil.tld" },
    { "x-forwarded-host": "a b" },
    { "x-forwarded-host": "" },
    { "x-forwarded-proto": "javascript" },
  ])("is the worker's own if the proxy's headers are invalid: %j", async (headers) => {
    expect(await readScript(headers, TRUSTED)).toContain(`@downloadURL ${INSIDE}${SCRIPT}`);
  });

  it("lets our own pages in, and marks the log's cookie as secure", async () => {
    const init = {
      method: "POST",
      redirect: "manual" as const,
      headers: { ...PROXIED, origin: "https://actions.studio.tld", accept: "text/html" },
    };
    const signIn = (variables: object) =>
      ask(
        `${INSIDE}/runs/sign-in`,
        { ...init, body: new URLSearchParams({ token: "sesame-open-sesame" }) },
        { ...variables },
      );
    const response = await signIn(TRUSTED);
    expect(response.status).toBe(303);
    expect(response.headers.get("set-cookie")).toContain("; Secure");
    expect((await signIn({})).status).toBe(403);
  });

  it("keeps the body of a call", async () => {
    expect((await ask(`${INSIDE}/actions/debug`, ajax(undefined, PROXIED), TRUSTED)).status).toBe(200);
    const broken = await ask(`${INSIDE}/actions/debug`, { ...ajax(undefined, PROXIED), body: "{" }, TRUSTED);
    expect(broken.headers.get("access-control-allow-origin")).toBe(KITSU);
  });

  it("counts calls by the address that the proxy saw, not by a forged one", async () => {
    const limit = vi.fn(async () => ({ success: false }));
    const headers = { "x-forwarded-for": "198.51.100.1, 203.0.113.7" };
    const call = (variables: object) =>
      ask("/actions/debug", ajax(undefined, headers), { CALLS_BY_ADDRESS: { limit }, ...variables });
    expect(await readFailed(await call(TRUSTED))).toMatchObject({ code: "too-many-calls" });
    expect(limit).toHaveBeenLastCalledWith({ key: "203.0.113.7" });
    limit.mockClear();
    await call({});
    expect(limit).not.toHaveBeenCalled();
  });

  it("says what TRUST_PROXY may be", async () => {
    const failed = await readFailed(await ask("/actions/debug", ajax(), { TRUST_PROXY: "yes" }));
    expect(failed).toMatchObject({ code: "not-configured", text: expect.stringContaining('TRUST_PROXY must be "1"') });
  });
});

describe("plain http", () => {
  const HTTP = EDGE.replace("https:", "http:");
  const visit = (path: string, scheme?: string, init = {}) =>
    ask(`${HTTP}${path}`, {
      redirect: "manual",
      headers: scheme === undefined ? {} : { "cf-visitor": `{"scheme":"${scheme}"}` },
      ...init,
    });

  it.each(["/", SCRIPT, "/kitsu-actions.meta.js"])("redirects to https on Cloudflare: %s", async (path) => {
    const response = await visit(path, "http");
    expect(response.status).toBe(308);
    expect(response.headers.get("location")).toBe(`${EDGE}${path}`);
  });

  it.each([undefined, "https", "nonsense"])(
    "stays if it is unknown whether https works, or a proxy already uses it (%s)",
    async (scheme) => {
      expect((await visit(SCRIPT, scheme)).status).toBe(200);
    },
  );

  it("brings a warning on the home page, but not on localhost", async () => {
    const warns = async (address: string) => (await (await ask(address)).text()).includes("without https");
    expect(await warns(`${HTTP}/`)).toBe(true);
    expect(await warns(`${EDGE}/`)).toBe(false);
    for (const host of ["localhost:8787", "127.0.0.1:8787", "[::1]:8787"])
      expect(await warns(`http://${host}/`)).toBe(false);
  });
});
