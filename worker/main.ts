// This repository's own deployment: the built-in actions alone.
import { createWorker } from "./index.ts";

export { ActionUse, Locks, LongRun, RunCoordinator, TemporaryLink } from "./index.ts";
export default createWorker({ actions: [] });
