// WebSockets of a hibernating Durable Object: they cost nothing while nothing happens. Each has the
// language of its reader.
import * as v from "valibot";
import { PING, PONG } from "../../../contract.ts";
import { ENGLISH, Reader } from "../../format/reader.ts";
import { type Answer, localizeAnswer, type Run } from "../../format/reply.ts";
import { readBase } from "../../storage/run-links.ts";

/** A long run always has its run. */
type FollowedAnswer = Answer & { run: Run };

/** Opens a socket and sends the first answer. */
export function openSocket(ctx: DurableObjectState, reader: Reader, first: FollowedAnswer): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  // Followers find out whether their connection is alive without waking the object.
  ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
  ctx.acceptWebSocket(server);
  server.serializeAttachment(reader);
  send(server, first);
  return new Response(null, { status: 101, webSocket: client });
}

export function sendToSockets(ctx: DurableObjectState, answer: FollowedAnswer): void {
  for (const socket of ctx.getWebSockets()) {
    try {
      send(socket, answer);
    } catch {
      // The browser is gone. It reconnects when it is back.
    }
  }
}

/** A socket of an older worker has no reader. */
const Attachment = v.fallback(Reader, ENGLISH);

const send = (socket: WebSocket, answer: FollowedAnswer) =>
  socket.send(
    JSON.stringify(localizeAnswer(answer, v.parse(Attachment, socket.deserializeAttachment()), readBase(answer.run))),
  );

export function closeSockets(ctx: DurableObjectState): void {
  for (const socket of ctx.getWebSockets()) socket.close(1000, "over");
}
