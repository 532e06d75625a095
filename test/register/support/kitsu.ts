// A fake Zou with custom actions and logins. It refuses what Zou 1.0.67 refuses, with the same
// messages.
import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { listen } from "../../support/browser/listen.ts";

type Row = { id: string; [member: string]: unknown };
type Answer = [status: number, body?: unknown];

const MEMBERS = ["name", "url", "entity_type", "is_ajax"];
const LENGTHS: Record<string, number> = { name: 80, url: 400, entity_type: 40 };
const FORBIDDEN: Answer = [
  403,
  {
    error: true,
    message:
      "You don't have the permission to access the requested resource. It is either read-protected or not readable by the server.",
  },
];

export const ADMIN = { email: "admin@studio.example", password: "correct-horse-battery" };

export async function startKitsu() {
  const kitsu = {
    rows: [] as Row[],
    /** "GET /data/custom-actions", in order */
    requests: [] as string[],
    tokens: new Map([
      ["admin-token", "admin"],
      ["manager-token", "manager"],
      ["vendor-token", "vendor"],
    ]),
    /** the answers to the next logins, instead of the real ones */
    logins: [] as Answer[],
    loginBodies: [] as Record<string, unknown>[],
    /** called for each write; what it returns replaces the answer */
    interfere: (_request: string, _count: number): Answer | undefined => undefined,
    writes: 0,
    add(row: Record<string, unknown>) {
      const one = {
        entity_type: "all",
        is_ajax: false,
        url: null,
        ...row,
        id: crypto.randomUUID(),
        type: "CustomAction",
      };
      kitsu.rows.push(one);
      return one;
    },
    names: () => kitsu.rows.map(({ name }) => name),
  };

  function logIn(body: Record<string, unknown>): Answer {
    kitsu.loginBodies.push(body);
    const prepared = kitsu.logins.shift();
    if (prepared !== undefined) return prepared;
    if (body.email !== ADMIN.email || body.password !== ADMIN.password) return [400, { login: false }];
    kitsu.tokens.set("session-token", "admin");
    return [200, { login: true, access_token: "session-token", refresh_token: "r", user: {}, organisation: {} }];
  }

  function check(body: Record<string, unknown>): Answer | undefined {
    if (body.name === null)
      return [400, { error: true, message: "The 'name' field cannot be set to None.", data: null }];
    const isLong = MEMBERS.some((member) => [...String(body[member] ?? "")].length > (LENGTHS[member] ?? 100));
    const isMistyped = "is_ajax" in body && typeof body.is_ajax !== "boolean";
    return isLong || isMistyped ? [400, { message: "One of the provided values has an invalid format." }] : undefined;
  }

  function answer(request: string, token: string | undefined, body: Record<string, unknown>): Answer {
    const [method, path = ""] = request.split(" ");
    if (path === "/auth/login") return logIn(body);
    if (path.startsWith("/auth/email-otp?")) return [200, { success: true }];
    if (token === undefined) return [401, { msg: "Missing JWT in cookies or headers" }];
    if (!token.includes("-token")) return [422, { msg: "Not enough segments" }];
    const role = kitsu.tokens.get(token);
    if (role === undefined) return [401, { msg: "Token has been revoked" }];
    if (path === "/auth/logout") return [200, { logout: kitsu.tokens.delete(token) }];
    if (path === "/auth/authenticated")
      return [
        200,
        { authenticated: true, user: { role, full_name: "Ada Roy", is_bot: false, daily_salary: 1 }, organisation: {} },
      ];
    if (request === "GET /data/custom-actions") return role === "vendor" ? FORBIDDEN : [200, kitsu.rows];
    if (role !== "admin") return FORBIDDEN;
    kitsu.writes += 1;
    const interfered = kitsu.interfere(request, kitsu.writes);
    if (interfered !== undefined) return interfered;
    const row = kitsu.rows.find(({ id }) => path === `/data/custom-actions/${id}`);
    if (method === "POST" && path === "/data/custom-actions") {
      const unknown = Object.keys(body).find((member) => !MEMBERS.includes(member));
      if (unknown) return [400, { message: `'${unknown}' is an invalid keyword argument for CustomAction` }];
      if (!body.name)
        return [400, { error: true, message: "The 'name' field is required and cannot be None.", data: null }];
      return check(body) ?? [201, kitsu.add(body)];
    }
    if (row === undefined)
      return [404, { error: true, message: "404 Not Found: The requested URL was not found on the server." }];
    if (method === "DELETE") {
      kitsu.rows.splice(kitsu.rows.indexOf(row), 1);
      return [204];
    }
    const known = Object.fromEntries(Object.entries(body).filter(([member]) => MEMBERS.includes(member)));
    return check(known) ?? [200, Object.assign(row, known)];
  }

  const server = createServer((incoming, response) => {
    void readBody(incoming).then((body) => {
      const request = `${incoming.method} ${(incoming.url ?? "").replace(/^\/api/, "")}`;
      kitsu.requests.push(request);
      const token = /^Bearer (.*)$/.exec(incoming.headers.authorization ?? "")?.[1];
      const [status, value] = incoming.url?.startsWith("/api/") ? answer(request, token, body) : [404];
      if (status === 502) response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>");
      else response.writeHead(status, { "content-type": "application/json" }).end(value && JSON.stringify(value));
    });
  });
  const { origin, close } = await listen(server);
  return Object.assign(kitsu, { url: origin, api: `${origin}/api`, close });
}

async function readBody(incoming: IncomingMessage): Promise<Record<string, unknown>> {
  const sent = await text(incoming);
  return sent ? JSON.parse(sent) : {};
}
