// What the command lines of `call`, `replay` and `record-test` have in common.
import { readAddress } from "../../read-address.ts";
import { isLocal } from "./request.ts";

/** The exit code if it could not be done, for `replay`: 1 means that the replies differ. */
export const COULD_NOT = 2;

const EXAMPLE = "http://localhost:8787";

type Environment = Readonly<Record<string, string | undefined>>;

/** The worker of `npm start`, unless another is named. */
export const readWorker = (option: string, value: string | undefined, env: Environment): string =>
  value === undefined
    ? `http://localhost:${env.WORKER_PORT || 8787}`
    : readAddress(value, { option, example: EXAMPLE });

/** Where the playground of a worker on this machine is; undefined for any other worker. */
export function readPlayground(value: string | undefined, base: string, env: Environment): string | undefined {
  if (value !== undefined) return readAddress(value, { option: "--playground", example: EXAMPLE });
  return isLocal(base) ? `http://localhost:${env.PLAYGROUND_PORT || 8788}` : undefined;
}
