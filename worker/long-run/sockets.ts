// WebSockets of a hibernating Durable Object: they cost nothing while nothing happens.

/** Opens a socket and sends the first message, if there is one. */
export function openSocket(ctx: DurableObjectState, first: string | undefined): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  ctx.acceptWebSocket(server);
  if (first !== undefined) server.send(first);
  return new Response(null, { status: 101, webSocket: client });
}

export function sendToSockets(ctx: DurableObjectState, text: string): void {
  for (const socket of ctx.getWebSockets()) {
    try {
      socket.send(text);
    } catch {
      // The browser is gone. It reconnects when it is back.
    }
  }
}

export function closeSockets(ctx: DurableObjectState): void {
  for (const socket of ctx.getWebSockets()) socket.close(1000, "over");
}
