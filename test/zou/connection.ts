// One person's connection to Zou for setting up tests. It throws when Zou refuses a request.

export type Row = { id: string; [member: string]: unknown };

export type Connection = {
  get<T = Row[]>(path: string): Promise<T>;
  post<T = Row>(path: string, body: unknown): Promise<T>;
  put<T = Row>(path: string, body: unknown): Promise<T>;
  remove(path: string): Promise<void>;
  upload(path: string, name: string, file: Uint8Array<ArrayBuffer>): Promise<Row>;
  /** whether this version of Zou has the route; the ids in the path need not exist */
  knows(method: "POST" | "PUT", path: string): Promise<boolean>;
};

export function connect(api: string, token: string): Connection {
  async function send<T>(method: string, path: string, body?: BodyInit, type?: string): Promise<T> {
    const headers = { authorization: `Bearer ${token}`, ...(type && { "content-type": type }) };
    const answer = await fetch(`${api}${path}`, { method, headers, ...(body !== undefined && { body }) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} got ${answer.status}: ${text.slice(0, 400)}`);
    return JSON.parse(text || "null");
  }
  const json = "application/json";
  return {
    get: (path) => send("GET", path),
    post: (path, body) => send("POST", path, JSON.stringify(body), json),
    put: (path, body) => send("PUT", path, JSON.stringify(body), json),
    async remove(path) {
      await send("DELETE", path);
    },
    upload(path, name, file) {
      const form = new FormData();
      form.append("file", new Blob([file], { type: "image/png" }), name);
      return send("POST", path, form);
    },
    async knows(method, path) {
      const { headers } = await fetch(`${api}${path}`, { method: "OPTIONS" });
      return (headers.get("allow") ?? "").split(", ").includes(method);
    },
  };
}

/** Logs a person in as their browser would. @returns the token of the session */
export async function logIn(api: string, email: string, password: string): Promise<string> {
  const body = JSON.stringify({ email, password });
  const answer = await fetch(`${api}/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  const { access_token: token } = await answer.json();
  if (typeof token !== "string") throw new Error(`${email} can't log in: ${answer.status}`);
  return token;
}

/** Does `work` for each item, a few at a time, because Zou has only two workers. */
export async function forEach<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const take = async () => {
    for (const [index, item] of queue) results[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: 6 }, take));
  return results;
}
