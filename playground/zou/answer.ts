/** Zou's answers and refusals, in its own words. Each of its layers has its own error shape. */
export type Answer = {
  status: number;
  /** bytes and text are sent as they are, everything else as JSON */
  body?: unknown;
  type?: string;
  cookies?: readonly string[];
  headers?: Readonly<Record<string, string>>;
};

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });

/** Thrown to refuse a request. */
export class Refusal extends Error {
  readonly answer: Answer;
  constructor(status: number, body: unknown, type?: string) {
    super(`${status} ${JSON.stringify(body)}`);
    this.answer = { status, body, ...(type && { type }) };
  }
}

/** From the layer that reads tokens. */
export const notLoggedIn = (status: 401 | 422, msg: string) => new Refusal(status, { msg });

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Checks an id in a path. */
export function checkId(id: string): void {
  if (!UUID.test(id)) throw badArgument("Malformed ID.");
}

/** The same for routes of another layer. */
export function checkUuid(id: string): void {
  if (!UUID.test(id)) throw badArgument("Wrong UUID format.");
}

/** From the database layer. */
export const badValue = (message: string) => new Refusal(400, { message });
/** From the routes themselves. */
export const badArgument = (message: string) => new Refusal(400, { error: true, message, data: null });
export const invalid = (field: string, message: string) =>
  new Refusal(400, { error: true, message: "Validation error.", data: { errors: [{ field, message }] } });

export const forbidden = () =>
  new Refusal(403, {
    error: true,
    message:
      "You don't have the permission to access the requested resource. It is either read-protected or not readable by the server.",
  });
export const notFound = () =>
  new Refusal(404, {
    error: true,
    message:
      "404 Not Found: The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.",
  });
export const wrongMethod = () =>
  new Refusal(405, { error: true, message: "The method is not allowed for the requested URL." });
/** Zou's answer to an error of its own. */
export const broken = () => new Refusal(500, { error: true, message: "Internal server error." });
export const badBody = () =>
  new Refusal(400, {
    error: true,
    message: "The browser (or proxy) sent a request that this server could not understand.",
  });

/** The limit of gunicorn, which studios run Zou with: longer request lines are refused. */
const LINE_MAX_CHARS = 4_094;

export function checkLine(line: string): void {
  if (line.length <= LINE_MAX_CHARS) return;
  const reason = `Request Line is too large (${line.length} &gt; ${LINE_MAX_CHARS})`;
  const html = `<html>\n  <head>\n    <title>Bad Request</title>\n  </head>\n  <body>\n    <h1><p>Bad Request</p></h1>\n    ${reason}\n  </body>\n</html>\n`;
  throw new Refusal(400, html, "text/html");
}
