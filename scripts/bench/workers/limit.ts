// The limit: what any worker has to do for this call, written by hand for this one call. It reads
// and checks the call, answers the same bytes as Kitsu Actions, and writes the same record to the
// log. With a Durable Object, it calls it as rarely as possible: once so that the run can be looked
// up and is logged even if the worker dies, and once with how it ended.
import { DurableObject } from "cloudflare:workers";

type Bindings = {
  KITSU_URL: string;
  RUNS?: KVNamespace;
  RUN_COORDINATORS?: DurableObjectNamespace<RunCoordinator>;
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const EMAIL = /^[^\s@<>"']+@[^\s@<>"']+$/;
const ENTITY_TYPES = ["asset", "shot", "sequence", "edit", "episode", "concept", "all"];
const HEADERS = [
  ...["accept", "accept-language", "content-length", "content-type", "origin", "referer"],
  ...["sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "user-agent"],
];
const DAY_MS = 86_400_000;
const LIFE_S = 90 * 86_400;
const RUN_MAX_MS = 55_000;

export class RunCoordinator extends DurableObject<Bindings> {
  async start(draft: string): Promise<void> {
    this.ctx.storage.put("draft", draft);
    await this.ctx.storage.setAlarm(Date.now() + RUN_MAX_MS);
  }

  async end(reply: string): Promise<void> {
    this.ctx.storage.put("reply", reply);
    this.ctx.storage.delete("draft");
    await this.ctx.storage.setAlarm(Date.now() + DAY_MS);
  }

  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll();
  }
}

export default {
  async fetch(request: Request, env: Bindings, ctx: ExecutionContext): Promise<Response> {
    const at = Date.now();
    const origin = request.headers.get("origin");
    if (origin !== env.KITSU_URL) return refuse(403, "origin-not-allowed", origin);
    const fields = parse(await request.text());
    const call = readCall(fields);
    if (fields === undefined || call === undefined) return refuse(400, "invalid-call", origin);
    const id = crypto.randomUUID().replaceAll("-", "");
    const base = new URL(request.url).origin;
    const headers = HEADERS.flatMap((name) => {
      const value = request.headers.get(name);
      return value === null ? [] : [[name, value]];
    });
    const shown = Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const arrived = { method: "POST", path: "/actions/debug", headers, fields: shown };
    const run = { id, at, action: "debug", call, arrived };
    const coordinator = env.RUN_COORDINATORS?.getByName(id);
    const started = coordinator?.start(JSON.stringify(run));
    const [answered, logged] = [describe(call, arrived, base, TEXTS), describe(call, arrived, base, KEYS)];
    await started;
    if (env.RUNS !== undefined) ctx.waitUntil(writeRecord(env.RUNS, { ...run, reply: logged }, at));
    if (coordinator !== undefined) ctx.waitUntil(coordinator.end(JSON.stringify(logged)));
    return answer(200, { version: 1, run: { id, url: `${base}/runs/${id}?at=${at}` }, reply: answered }, origin);
  },
};

type Fields = Readonly<Record<string, unknown>>;

function parse(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

function readCall({ userid, useremail, productionid, selection, entitytype, originurl, originserver }: Fields = {}) {
  if (typeof userid !== "string" || !UUID.test(userid)) return undefined;
  if (typeof useremail !== "string" || useremail.length > 254 || !EMAIL.test(useremail)) return undefined;
  if (typeof productionid !== "string" || !UUID.test(productionid)) return undefined;
  if (typeof entitytype !== "string" || !ENTITY_TYPES.includes(entitytype)) return undefined;
  if (typeof originurl !== "string" || originurl.length > 2_000) return undefined;
  if (typeof originserver !== "string" || originserver.length > 255 || !Array.isArray(selection)) return undefined;
  const ids = new Set<string>();
  for (const task of selection) {
    if (typeof task !== "string" || !UUID.test(task)) return undefined;
    ids.add(task.toLowerCase());
  }
  return {
    dialect: "ajax",
    person: { id: userid.toLowerCase(), email: useremail },
    project: productionid.toLowerCase(),
    selection: [...ids],
    entityType: entitytype,
    path: originurl,
    server: originserver,
    params: {},
    ignored: [],
  };
}

type Call = NonNullable<ReturnType<typeof readCall>>;
type Arrived = { headers: string[][]; fields: string[][] };

/** The texts of the answer, in the reader's language. */
const TEXTS = {
  title: (count: number): unknown => `${count} tasks received`,
  text: `The call used the dialect "ajax". Every field was recognized. The caller was not verified: this action server can't ask Kitsu.`,
  copyCall: "Copy the call as JSON",
  parsedCall: "Parsed call",
  receivedFields: "Received fields",
  request: "Request",
  name: "Name",
  value: "Value",
  field: "Field",
  header: "Header",
  doctor: "Doctor",
};
type Texts = Record<keyof Omit<typeof TEXTS, "title">, unknown> & Pick<typeof TEXTS, "title">;

/** The same for the log, which is read in any language. */
const key = (name: string) => ({ key: `debug.${name}` });
const KEYS: Texts = {
  title: (count) => ({ key: "debug.received", values: { count } }),
  text: {
    key: "shared.sentences",
    values: {
      texts: [{ key: "debug.dialect", values: { dialect: "ajax" } }, key("allRecognized"), key("unverified")],
    },
  },
  copyCall: key("copyCall"),
  parsedCall: key("parsedCall"),
  receivedFields: key("receivedFields"),
  request: key("request"),
  name: key("name"),
  value: key("value"),
  field: key("field"),
  header: key("header"),
  doctor: { key: "doctor.title" },
};

function describe(call: Call, { headers, fields }: Arrived, base: string, texts: Texts) {
  const { person, project, selection, entityType, path, server } = call;
  const facts = [
    ["dialect", "ajax"],
    ["person.id", person.id],
    ["person.email", person.email],
    ["project", project],
    ["entityType", entityType],
    ["path", path],
    ["server", server],
    ...selection.map((id, index) => [`selection[${index}]`, id]),
  ];
  const request = [["method", "POST"], ["path", "/actions/debug"], ...headers];
  return {
    kind: "done",
    severity: "info",
    title: texts.title(selection.length),
    text: texts.text,
    links: [{ label: texts.doctor, url: `${base}/doctor` }],
    effects: [{ kind: "copy", label: texts.copyCall, text: JSON.stringify(call) }],
    tables: [
      { title: texts.parsedCall, columns: [texts.name, texts.value], rows: facts },
      { title: texts.receivedFields, columns: [texts.field, texts.value], rows: fields },
      { title: texts.request, columns: [texts.header, texts.value], rows: request },
    ],
  };
}

async function writeRecord(
  log: KVNamespace,
  run: { id: string; call: Call; reply: { title: unknown } },
  at: number,
): Promise<void> {
  const { id, call, reply } = run;
  const { person, project, selection } = call;
  const known = { trust: "unchecked", id: person.id, name: person.email };
  const tookMs = Date.now() - at;
  const day = String(99_999 - Math.floor(at / DAY_MS)).padStart(5, "0");
  const time = String(DAY_MS - (at % DAY_MS)).padStart(8, "0");
  const summary = { action: "debug", state: "done", title: reply.title, person: person.id, email: person.email };
  await log.put(
    `run/${day}/${time}/${id}`,
    JSON.stringify({ version: 2, ...run, tookMs, status: 200, person: known, deployedAtS: 0 }),
    {
      metadata: {
        ...summary,
        ...{ name: person.email, project, projects: "", tasks: selection.length },
        ...{ trust: "unchecked", status: 200, tookMs },
      },
      expirationTtl: LIFE_S,
    },
  );
}

const refuse = (status: number, code: string, origin: string | null) =>
  answer(status, { version: 1, reply: { kind: "failed", code, title: "The call was refused" } }, origin);

const answer = (status: number, body: object, origin: string | null) =>
  new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/json",
      "cache-control": "no-store",
      vary: "Origin",
      "access-control-allow-origin": origin ?? "",
      "access-control-allow-credentials": "true",
    },
  });
