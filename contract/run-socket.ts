// The WebSocket of a run, as its clients keep it. It stays open however long nothing happens: a
// client that has heard nothing for a while sends "ping", and Cloudflare answers "pong" without
// waking the run's Durable Object. See worker/long-run/sockets.ts.

export const PING = "ping";
export const PONG = "pong";

/** Proxies often close a connection after a minute without traffic. */
const PING_AFTER_MS = 45_000;
/** The first answer and a pong arrive within this time, or the connection is dead. */
const SILENCE_MAX_MS = 15_000;
const CHECK_EVERY_MS = 1_000;

/**
 * Opens the socket, and calls `onAnswer` with each answer as text. A worker of an older version
 * sends no pong, so its quiet sockets end after a minute.
 * @param onEnd is called once: the socket was closed, can't be opened, or is dead
 * @returns a function that closes the socket
 */
export function openRunSocket(address: string, onAnswer: (answer: string) => void, onEnd: () => void): () => void {
  const socket = new WebSocket(address);
  let heardAt = Date.now();
  let askedAt: number | undefined = heardAt;
  // By the clock, because timers stop while a computer sleeps or a page is frozen: the first check
  // after that sends a ping.
  const timer = setInterval(() => {
    const now = Date.now();
    if (askedAt !== undefined) {
      if (now - askedAt > SILENCE_MAX_MS) end();
    } else if (now - heardAt > PING_AFTER_MS) {
      askedAt = now;
      socket.send(PING);
    }
  }, CHECK_EVERY_MS);
  let isOver = false;
  socket.addEventListener("close", end);
  socket.addEventListener("error", end);
  socket.addEventListener("message", ({ data }) => {
    heardAt = Date.now();
    askedAt = undefined;
    if (data !== PONG && !isOver) onAnswer(String(data));
  });
  return end;

  function end(): void {
    clearInterval(timer);
    socket.close();
    if (!isOver) onEnd();
    isOver = true;
  }
}
