// A real Zou of one version for tests, with its servers in a temporary folder.
import { randomBytes } from "node:crypto";
import { chmod, cp, mkdtemp, rename, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CACHE, exists } from "../support/python/virtual-environment.ts";
import { logIn } from "./connection.ts";
import { installZou, ZOU_VERSION } from "./environment.ts";
import { findPostgres, startPostgres } from "./postgres.ts";
import { type Program, run, type Server, serve, start } from "./program.ts";
import { type KitsuHost, startKitsuHost } from "./proxy.ts";

export type Zou = {
  /** The address of Zou for a browser: `<origin>/api`. */
  api: string;
  /** The origin of Kitsu, its API, and mounted servers. */
  host: Omit<KitsuHost, "close">;
  admin: { email: string; password: string; token: string };
  stop(): Promise<void>;
};

const ADMIN = { email: "admin@studio.example", password: "mysecretpassword" };
// Fixed, because it is stored in the cached cluster. It protects nothing: the port is local, the
// data invented.
const DATABASE_PASSWORD = "throw-away";

/**
 * Starts Zou.
 * @returns a sentence about what this computer lacks, if Zou can't run.
 * @throws if Zou fails to start
 */
export async function startZou(): Promise<Zou | { missing: string }> {
  const postgres = await findPostgres();
  if (postgres === undefined) return { missing: "There is no PostgreSQL server on this computer." };
  try {
    await run("redis-server", ["--version"]);
  } catch {
    return { missing: "There is no Redis server on this computer." };
  }
  const environment = await installZou();
  if ("missing" in environment) return environment;

  const folder = await mkdtemp(join(tmpdir(), "zou-"));
  await chmod(folder, 0o755);
  const programs: Program[] = [];
  const stop = async () => {
    for (const program of programs.toReversed()) await program.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const zou = await startServers(environment.python, postgres, folder, programs);
    const host = await startKitsuHost(zou);
    const api = `${host.origin}/api`;
    return {
      api,
      host,
      admin: { ...ADMIN, token: await logIn(api, ADMIN.email, ADMIN.password) },
      stop: () => host.close().then(stop),
    };
  } catch (cause) {
    await stop();
    throw new Error(`Zou ${ZOU_VERSION} is installed and does not start.`, { cause });
  }
}

async function startServers(python: string, bin: string, folder: string, programs: Program[]): Promise<string> {
  const template = join(CACHE, `zou-${ZOU_VERSION}-cluster${bin.replaceAll("/", "-")}`);
  const isNew = !(await exists(template));
  const redis = await startRedis(folder);
  programs.push(redis.server);
  const open = async () => {
    const database = await startPostgres(bin, join(folder, "postgres"), DATABASE_PASSWORD, template);
    programs.push(database.server);
    return database;
  };
  let database = await open();
  if (isNew) {
    await fill(python, folder, database.port, redis.port);
    await database.server.stop();
    const copy = `${template}.${process.pid}`;
    await cp(join(folder, "postgres/data"), copy, { recursive: true });
    // Another process may have created it first.
    await rename(copy, template).catch(() => rm(copy, { recursive: true }));
    await rm(join(folder, "postgres"), { recursive: true });
    database = await open();
  }
  // As in the Docker image, with fewer workers. gunicorn's line limit is its default, 4094.
  const how = ["-m", "gunicorn", "-w", "2", "-k", "gevent", "--timeout", "600", "zou.app:app", "-b"];
  const env = settingsOf(folder, database.port, redis.port);
  const log = join(folder, "zou.log");
  const { port, server } = await serve("gunicorn", log, {
    launch: (port) => start(python, [...how, `127.0.0.1:${port}`], { cwd: folder, env, log, signal: "SIGQUIT" }),
    ask: (port) => fetch(`http://127.0.0.1:${port}`),
  });
  programs.push(server);
  return `http://127.0.0.1:${port}`;
}

function startRedis(folder: string): Promise<Server> {
  const how = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder, "--port"];
  const log = join(folder, "redis.log");
  return serve("Redis", log, {
    launch: (port) => start("redis-server", [...how, String(port)], { log, signal: "SIGTERM" }),
    ask: tryConnect,
  });
}

const tryConnect = (port: number) =>
  new Promise<void>((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve();
    }).once("error", reject);
  });

/** Creates the tables, the initial data of every new studio, and the first administrator. */
async function fill(python: string, folder: string, database: number, redis: number): Promise<void> {
  const env = settingsOf(folder, database, redis);
  const zou = (...args: string[]) => run(python, ["-m", "zou.cli", ...args], { cwd: folder, env });
  const create =
    "import os,psycopg;psycopg.connect(os.environ['URL'],autocommit=True).execute('CREATE DATABASE zoudb')";
  const url = `postgresql://postgres:${DATABASE_PASSWORD}@127.0.0.1:${database}/postgres`;
  await run(python, ["-c", create], { env: { URL: url } });
  await zou("init-db");
  await zou("init-data");
  await zou("create-admin", ADMIN.email, "--password", ADMIN.password);
}

function settingsOf(folder: string, database: number, redis: number): Record<string, string> {
  return {
    DB_HOST: "127.0.0.1",
    DB_PORT: String(database),
    DB_PASSWORD: DATABASE_PASSWORD,
    KV_HOST: "127.0.0.1",
    KV_PORT: String(redis),
    SECRET_KEY: randomBytes(32).toString("hex"),
    PREVIEW_FOLDER: join(folder, "previews"),
    TMP_DIR: join(folder, "tmp"),
    MAIL_ENABLED: "false",
    MAIL_CHECK_DELIVERABILITY: "false",
    BCRYPT_LOG_ROUNDS: "4",
  };
}
