/** What the Flamenco Manager says, and how it refuses, in the shapes its layers have. */
export type Answer = {
  status: number;
  /** bytes and texts go out as they are, all else as JSON */
  body?: unknown;
  type?: string;
  headers?: Readonly<Record<string, string>>;
};

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const done: Answer = { status: 204 };

/** Thrown by whatever refuses. */
export class Refusal extends Error {
  readonly answer: Answer;
  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(`${status} ${JSON.stringify(body)}`);
    this.answer = { status, body, headers };
  }
}

/** Of the handlers. */
export const refuse = (code: number, message: string) => new Refusal(code, { code, message });
/** Of the layer that holds a body against the description of the API: it has no code. */
export const invalid = (message: string) => new Refusal(400, { message });
/** Of the router, and of the layer before it, which 3.9 lets say 404 and those before it 400. */
export const notFound = () => new Refusal(404, { message: "Not Found" });
export const wrongMethod = () => new Refusal(404, { message: "method not allowed" });
export const busy = () =>
  new Refusal(503, { code: 503, message: "database is too busy, try again later" }, { "Retry-After": "1" });
/** A script that compiles a job has thrown, where the engine for scripts says it did. */
export const uncompiled = (message: string, where = "compileJob (simple_blender_render.js:41:9(17))") =>
  refuse(400, `${message} at ${where}`);
/** What the script has called has thrown. */
export const unchunked = (message: string) =>
  uncompiled(
    `GoError: ${message}`,
    "projects.blender.org/studio/flamenco/internal/manager/job_compilers.jsFrameChunker (native)",
  );
