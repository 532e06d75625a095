// What the command lines of `call`, `replay` and `record-test` have in common.
import { isLocal, readBase } from "./request.ts";

/** The exit code if it could not be done, for `replay`: 1 means that the replies differ. */
export const COULD_NOT = 2;

type Environment = Readonly<Record<string, string | undefined>>;

/** The worker of `npm start`, unless another is named. */
export const readWorker = (option: string, value: string | undefined, env: Environment): string =>
  value === undefined ? `http://localhost:${env.WORKER_PORT || 8787}` : readBase(option, value);

/** Where the playground of a worker on this machine is; undefined for any other worker. */
export function readPlayground(value: string | undefined, base: string, env: Environment): string | undefined {
  if (value !== undefined) return readBase("--playground", value);
  return isLocal(base) ? `http://localhost:${env.PLAYGROUND_PORT || 8788}` : undefined;
}
