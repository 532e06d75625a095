/** The Flamenco Manager's answers and refusals. Each of its layers has its own error shape. */
export type Answer = {
  status: number;
  /** bytes and text are sent as they are, everything else as JSON */
  body?: unknown;
  type?: string;
  headers?: Readonly<Record<string, string>>;
};

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const done: Answer = { status: 204 };

/** Thrown to refuse a request. */
export class Refusal extends Error {
  readonly answer: Answer;
  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(`${status} ${JSON.stringify(body)}`);
    this.answer = { status, body, headers };
  }
}

/** From the handlers. */
export const refuse = (code: number, message: string) => new Refusal(code, { code, message });
/** From the layer that validates bodies against the API description. It has no code. */
export const invalid = (message: string) => new Refusal(400, { message });
/** From the router, and the layer before it (400 in versions before 3.9). */
export const notFound = () => new Refusal(404, { message: "Not Found" });
export const wrongMethod = () => new Refusal(404, { message: "method not allowed" });
export const busy = () =>
  new Refusal(503, { code: 503, message: "database is too busy, try again later" }, { "Retry-After": "1" });
/** The error of a script that compiles jobs, with its position. */
export const uncompiled = (message: string, where = "compileJob (simple_blender_render.js:41:9(17))") =>
  refuse(400, `${message} at ${where}`);
/** The error of a function that the script calls. */
export const unchunked = (message: string) =>
  uncompiled(
    `GoError: ${message}`,
    "projects.blender.org/studio/flamenco/internal/manager/job_compilers.jsFrameChunker (native)",
  );
