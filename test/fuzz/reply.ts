// Replies that a studio's server may answer or report: correct in shape with odd values, or
// entirely odd.
import fc from "fast-check";
import { FIELD_TYPES } from "../../contract.ts";
import { rarely } from "./rarely.ts";
import type { StudioAnswer } from "./studio.ts";
import { MARKER, oddText, oddValue } from "./texts.ts";

const text = () => oddText();
const maybe = <T>(one: fc.Arbitrary<T>) => rarely(one, 2);
const few = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 3 });
/**
 * Lists that may be too long, with one value repeated: the larger the value, the shorter the list.
 */
const many = <T>(one: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 15, arbitrary: few(one) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(one, fc.integer({ min: 1, max: 3_000 }))
        .map(([each, times]) => Array<T>(isSmall(each) ? times : Math.ceil(times / 300)).fill(each)),
    },
  );
const isSmall = (value: unknown) => (JSON.stringify(value) ?? "").length < 300;
const number = () =>
  fc.oneof(fc.integer({ min: -5, max: 200 }), fc.constantFrom(0, -1, 1e308, 1e-308, 0.1, 2 ** 53, -(2 ** 60)));

const url = () =>
  fc.oneof(
    fc.constantFrom(
      "https://studio.example/a",
      "javascript:alert(1)",
      "JAVASCRIPT:alert(1)",
      "\tjavascript:alert(1)",
      "data:text/html,x",
      "file:///etc",
      "https://a@b.example/",
      "//b.example",
      "/kx",
      "rvlink://x",
      "http://",
      `https://studio.example/?${MARKER}`,
      `studio:${MARKER}`,
    ),
    text(),
  );
const link = () => fc.record({ label: text(), url: url() });

const outcome = () =>
  fc.record({
    id: text(),
    label: text(),
    state: fc.constantFrom("done", "skipped", "failed", "planned", "waiting", "running", "kx"),
    reason: maybe(text()),
    retry: maybe(fc.constantFrom<unknown>(true, false, "yes")),
    progress: maybe(fc.record({ done: number(), total: number() })),
    link: maybe(link()),
  });

const cell = () => fc.oneof(text(), number(), fc.constant(null), url());
const table = () =>
  fc.record({ title: maybe(text()), columns: many(text()), rows: many(fc.array(cell(), { maxLength: 4 })) });
const chart = () =>
  fc.record({
    title: text(),
    kind: fc.constantFrom("bars", "stack", "line", "kx"),
    unit: maybe(text()),
    labels: many(text()),
    series: few(
      fc.record({
        name: text(),
        color: maybe(fc.oneof(text(), fc.constantFrom("#f00", "red", "url(javascript:alert(1))"))),
        values: many(fc.oneof(number(), fc.constant(null))),
      }),
    ),
  });

const effect = () =>
  fc.oneof(
    fc.record({ kind: fc.constant("open"), url: url(), label: maybe(text()) }),
    fc.record({ kind: fc.constant("copy"), text: text(), label: maybe(text()) }),
    fc.record({ kind: fc.constant("download"), url: url(), name: text(), label: maybe(text()) }),
    fc.record({
      kind: fc.constant("go"),
      path: fc.oneof(
        text(),
        fc.constantFrom("/productions", "//elsewhere.example", "/\\elsewhere", `/${MARKER.replace(/\s/g, "")}`),
      ),
      label: maybe(text()),
    }),
    fc.record({ kind: fc.constant("refresh"), tasks: many(text()) }),
    fc.record({
      kind: fc.constant("launch"),
      app: text(),
      ways: few(fc.record({ system: maybe(text()), url: url(), command: maybe(text()) })),
      system: maybe(text()),
      ticket: maybe(fc.record({ url: url(), until: number() })),
      help: maybe(url()),
      label: maybe(text()),
    }),
  );

const field = () =>
  fc.record({
    name: fc.oneof(text(), fc.constantFrom("a", "b", "__proto__", "constructor")),
    label: text(),
    type: fc.constantFrom(...FIELD_TYPES, "kx", "__proto__"),
    help: maybe(text()),
    placeholder: maybe(text()),
    required: maybe(fc.boolean()),
    value: maybe(fc.oneof(text(), number(), fc.boolean(), few(text()))),
    options: maybe(many(fc.record({ value: text(), label: text(), color: maybe(text()) }))),
    min: maybe(fc.oneof(number(), text())),
    max: maybe(fc.oneof(number(), text())),
    step: maybe(number()),
    maxLength: maybe(number()),
    pattern: maybe(fc.oneof(text(), fc.constantFrom("(a+)+$", "["))),
    error: maybe(text()),
    remember: maybe(fc.boolean()),
  });

const shown = { title: text(), text: maybe(text()), links: maybe(many(link())), outcomes: maybe(many(outcome())) };

/** The server continues on its own, and reports. */
const started = () =>
  fc.record({
    kind: fc.constant("started"),
    ...shown,
    progress: maybe(fc.record({ done: number(), total: number(), text: maybe(text()), left: maybe(number()) })),
    picture: maybe(url()),
    controls: maybe(fc.oneof(few(fc.constantFrom("cancel", "pause", "kx")), oddValue())),
    paused: maybe(fc.oneof(fc.boolean(), text())),
  });

/** Undefined members are omitted in JSON. */
export const reply = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.record({
      kind: fc.constant("done"),
      severity: fc.constantFrom("success", "info", "warning", "kx"),
      ...shown,
      tables: maybe(many(table())),
      charts: maybe(few(chart())),
      effects: maybe(many(effect())),
      document: maybe(text()),
      undo: maybe(
        fc.oneof(
          fc.record({
            seconds: fc.constantFrom<unknown>(600, 600, 0.5, -1, 1e9, "600"),
            label: maybe(text()),
            data: oddValue(),
          }),
          oddValue(),
        ),
      ),
    }),
    fc.record({
      kind: fc.constant("ask"),
      ...shown,
      fields: maybe(many(field())),
      submit: maybe(text()),
      dangerous: maybe(fc.boolean()),
      problem: maybe(text()),
      form: maybe(text()),
      plan: maybe(text()),
    }),
    started(),
    fc.record({
      kind: fc.constant("failed"),
      code: text(),
      ...shown,
      advice: maybe(text()),
      retry: maybe(fc.boolean()),
      field: maybe(text()),
    }),
    fc.record({ kind: text(), title: text() }),
  );

const TYPES = [
  "application/json",
  "application/json",
  "application/json",
  "text/plain",
  "text/html",
  "",
  "application/problem+json",
];
const STATUSES = [200, 200, 200, 201, 202, 204, 301, 303, 400, 401, 403, 404, 409, 422, 500, 599];

/** The answer of a server that starts a long run. */
export const startedAnswer = (): fc.Arbitrary<StudioAnswer> =>
  started().map((made) => ({ status: 202, type: "application/json", body: JSON.stringify(made) }));

/** The answer of a server to a forwarded call. */
export const studioAnswer = (): fc.Arbitrary<StudioAnswer> =>
  fc.record({
    status: fc.constantFrom(...STATUSES),
    type: fc.constantFrom(...TYPES),
    body: fc.oneof(
      { weight: 6, arbitrary: reply().map((made) => JSON.stringify(made)) },
      {
        weight: 2,
        arbitrary: fc
          .record({ version: fc.constantFrom<unknown>(1, 2, "kx"), reply: reply(), run: maybe(oddValue()) })
          .map((made) => JSON.stringify(made)),
      },
      {
        weight: 1,
        arbitrary: fc
          .record({ title: text(), detail: maybe(text()), message: maybe(text()), success: maybe(fc.boolean()) })
          .map((made) => JSON.stringify(made)),
      },
      { weight: 1, arbitrary: oddValue().map((made) => JSON.stringify(made)) },
      { weight: 1, arbitrary: text() },
      { weight: 1, arbitrary: text().map((made) => `<!doctype html><title>${made}</title>${made}`) },
    ),
  });
