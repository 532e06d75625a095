// Whoever listens to a Durable Object. The sockets sleep with it, and cost nothing in between.

/** A socket for the caller, who is told this at once. */
export function openSocket(ctx: DurableObjectState, first: string | undefined): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  ctx.acceptWebSocket(server);
  if (first !== undefined) server.send(first);
  return new Response(null, { status: 101, webSocket: client });
}

export function tellSockets(ctx: DurableObjectState, text: string): void {
  for (const socket of ctx.getWebSockets()) {
    try {
      socket.send(text);
    } catch {
      // It is gone: the browser asks again when it is back.
    }
  }
}

export function closeSockets(ctx: DurableObjectState): void {
  for (const socket of ctx.getWebSockets()) socket.close(1000, "over");
}
