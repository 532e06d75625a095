// The folder of everything that is stored, which one service at a time may use. state.json says
// what is in it, so that an older version doesn't open what it can't read.
import { accessSync, constants, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as v from "valibot";
import { CliError } from "../../cli-error.ts";
import { PACKAGE_VERSION } from "../../package-folder.ts";
import { type Migration, migrateClasses } from "./migrations.ts";
import type { Deployed } from "./prepare-runtime.ts";

/** Raised when a version stores something that the ones before can't read. */
const LAYOUT = 1;

const State = v.object({
  layout: v.number(),
  /** the version that wrote it last */
  version: v.string(),
  /** tags of the migrations that have run */
  migrations: v.array(v.string()),
  /** where each class of Durable Objects is, which also decides their ids */
  classes: v.record(v.string(), v.string()),
  /** the digest of the worker's code, and since when it runs here */
  deployed: v.optional(v.object({ digest: v.string(), at: v.string() })),
});
type State = v.InferOutput<typeof State>;

const EMPTY: State = { layout: LAYOUT, version: PACKAGE_VERSION, migrations: [], classes: {} };

/** kj refuses longer paths of sockets. */
const SOCKET_PATH_MAX_BYTES = 107;

export class StateFolder {
  readonly path: string;
  readonly #lock: DatabaseSync;
  #state: State;

  private constructor(path: string, lock: DatabaseSync, state: State) {
    this.path = path;
    this.#lock = lock;
    this.#state = state;
  }

  /** Creates and locks it. Throws a CliError if it can't be used. */
  static open(path: string, migrations: readonly Migration[]): StateFolder {
    if (Buffer.byteLength(join(path, "worker.sock")) > SOCKET_PATH_MAX_BYTES)
      throw new CliError(`The path of the state folder is too long for a socket in it: ${path}. Choose a shorter one.`);
    try {
      mkdirSync(join(path, "objects"), { recursive: true, mode: 0o700 });
      accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch (cause) {
      const account = process.getuid?.() ?? "";
      throw new CliError(`The state folder ${path} is not writable for this account (uid ${account}).`, { cause });
    }
    const lock = lockFolder(path);
    try {
      const folder = new StateFolder(path, lock, readState(path, migrations));
      folder.#save({ ...migrateClasses(folder.#state, migrations), version: PACKAGE_VERSION });
      return folder;
    } catch (thrown) {
      lock.close();
      throw thrown;
    }
  }

  get objects(): string {
    return join(this.path, "objects");
  }

  /** The folder in `objects` of each class of Durable Objects. */
  get classes(): Readonly<Record<string, string>> {
    return this.#state.classes;
  }

  /** The code that ran here last. */
  get deployed(): Deployed | undefined {
    return this.#state.deployed;
  }

  recordDeployment(deployed: Deployed): void {
    if (deployed.digest !== this.#state.deployed?.digest) this.#save({ ...this.#state, deployed });
  }

  /** The system releases the lock of a process that was killed, too. */
  close(): void {
    this.#lock.close();
  }

  #save(state: State): void {
    this.#state = state;
    // A crash leaves the old file or the new one.
    const temporary = join(this.path, "state.json.new");
    writeFileSync(temporary, `${JSON.stringify(state, null, 2)}\n`, { flush: true });
    renameSync(temporary, join(this.path, "state.json"));
  }
}

function lockFolder(path: string): DatabaseSync {
  const lock = new DatabaseSync(join(path, "lock"), { timeout: 0 });
  try {
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT");
    return lock;
  } catch (cause) {
    lock.close();
    if (!/locked/.test(String(cause)))
      throw new CliError(
        `The state folder ${path} can't be locked: ${cause instanceof Error ? cause.message : cause}.`,
      );
    throw new CliError(
      `Another service uses the state folder ${path}. Stop it first, or name another folder with --state.`,
      { cause },
    );
  }
}

function readState(path: string, migrations: readonly Migration[]): State {
  const state = parseState(join(path, "state.json"));
  const newer = state.migrations.filter((tag) => !migrations.some((migration) => migration.tag === tag));
  if (state.layout <= LAYOUT && newer.length === 0) return state;
  // Between two releases, builds have the same version.
  const [writer, again] =
    state.version === PACKAGE_VERSION
      ? [`a newer build of version ${PACKAGE_VERSION}`, "that build"]
      : [`a newer version (${state.version}) than this one (${PACKAGE_VERSION})`, `version ${state.version}`];
  throw new CliError(
    `The state folder ${path} was written by ${writer}, so this one can't read it. Install ${again} again, or restore a backup from before the upgrade.${describeWayBack(state, newer)}`,
  );
}

/** A layout can't be taken back, migrations can. */
const describeWayBack = ({ layout }: State, newer: readonly string[]): string =>
  layout > LAYOUT
    ? ""
    : ` To keep what it stored, add its migrations (${newer.join(", ")}) and one that undoes them to wrangler.toml: docs/upgrading.md has it.`;

function parseState(path: string): State {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return EMPTY;
  }
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), v.looseObject({ layout: v.number() })), text);
  if (!parsed.success) throw new CliError(`${path} is damaged. Restore it from a backup.`);
  const state = v.safeParse(State, parsed.output);
  if (state.success) return state.output;
  // A layout of the future may have other members.
  return { ...EMPTY, layout: parsed.output.layout, version: String(parsed.output.version ?? "unknown") };
}

/** Sockets of a service that was killed would be in the way of the next one. */
export function removeSocket(path: string): void {
  rmSync(path, { force: true });
}
