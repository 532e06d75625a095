/** workerd's sockets in the state folder, which no other account may open, by their services. */
export const SOCKETS = { worker: "worker.sock", health: "health.sock" } as const;
