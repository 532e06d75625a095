/**
 * The wire between the worker, the userscript and the studio's own servers.
 *
 * Version 1 only grows. A reader ignores members it does not know, drops list entries it can't
 * read, and shows the title of a reply whose kind it does not know: an installed userscript may be
 * a week older than the deployed worker.
 *
 * Imports valibot only, and compiles with DOM types as well as with Workers types.
 */
export * from "./contract/answer.ts";
export * from "./contract/catalogue.ts";
export * from "./contract/config.ts";
export * from "./contract/effect.ts";
export * from "./contract/field.ts";
export * from "./contract/fixture.ts";
export * from "./contract/forwarded-call.ts";
export * from "./contract/openable.ts";
export * from "./contract/parse-response.ts";
export * from "./contract/reply.ts";
export * from "./contract/run.ts";
export * from "./contract/run-socket.ts";
export * from "./contract/server-reply.ts";
export * from "./contract/ticket.ts";
