/** In place of Kitsu's socket: tells an open page which tasks have changed, each by its id. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Zou } from "./zou/zou.ts";

export function streamChanges(zou: Zou, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  // Headers alone are not sent before there is something to follow them.
  response.write(":\n\n");
  const forget = zou.onChange((taskId) => response.write(`data: ${taskId}\n\n`));
  request.once("close", forget);
}
