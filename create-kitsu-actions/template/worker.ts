// The worker: the built-in actions, and those in actions/. `kitsu-actions build` writes gen/.
import { createWorker } from "kitsu-actions";
import { actions } from "./gen/actions.ts";

export { ActionUse, Locks, LongRun, RunCoordinator, TemporaryLink } from "kitsu-actions";
export default createWorker({ actions });
