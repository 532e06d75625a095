/** Sends an open page the id of each task that changes, in place of Kitsu's socket. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Zou } from "./zou/zou.ts";

export function streamChanges(zou: Zou, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  // Node sends the headers only with the first part of the body.
  response.write(":\n\n");
  const forget = zou.onChange((taskId) => response.write(`data: ${taskId}\n\n`));
  request.once("close", forget);
}
