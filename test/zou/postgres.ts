// A PostgreSQL for tests, with its files in a temporary folder.
import { chown, cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exists } from "../support/python/virtual-environment.ts";
import { type Account, run, type Server, serve, start } from "./program.ts";

// Nothing here must survive a power failure, so nothing waits for the disk.
const HASTE = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=4GB", "autovacuum=off"];

/** The folder of the newest PostgreSQL. Distributions keep initdb out of the PATH. */
export async function findPostgres(): Promise<string | undefined> {
  const versions = await readdir("/usr/lib/postgresql").catch(() => []);
  const folders = [
    ...versions
      .sort((one, other) => Number(other) - Number(one))
      .map((version) => `/usr/lib/postgresql/${version}/bin`),
    ...(process.env.PATH ?? "").split(":"),
    "/opt/homebrew/opt/postgresql/bin",
  ];
  for (const folder of folders)
    if ((await exists(join(folder, "initdb"))) && (await exists(join(folder, "postgres")))) return folder;
  return undefined;
}

/** PostgreSQL refuses to run as root. In that case it runs as its own account, or as nobody. */
export async function findAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  const [, , uid, gid] =
    accounts.find(([name]) => name === "postgres") ?? accounts.find(([name]) => name === "nobody") ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

/**
 * Starts a server on a copy of `template`, or on a new empty cluster if there is no template yet.
 */
export async function startPostgres(bin: string, folder: string, password: string, template: string): Promise<Server> {
  const account = await findAccount();
  const as = account && { as: account };
  const data = join(folder, "data");
  await mkdir(folder);
  if (await exists(template)) {
    await cp(template, data, { recursive: true });
    if (account) await run("chown", ["-R", `${account.uid}:${account.gid}`, folder]);
  } else {
    await mkdir(data, { mode: 0o700 });
    await writeFile(join(folder, "password"), password);
    if (account)
      for (const path of [folder, data, join(folder, "password")]) await chown(path, account.uid, account.gid);
    const auth = ["--username=postgres", "--auth=scram-sha-256", `--pwfile=${join(folder, "password")}`];
    await run(join(bin, "initdb"), ["-D", data, ...auth, "--no-sync", "--encoding=UTF8", "--locale=C"], {
      cwd: folder,
      ...as,
    });
  }
  const settings = [...HASTE, "listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`].flatMap((setting) => [
    "-c",
    setting,
  ]);
  const log = join(folder, "postgres.log");
  return serve("PostgreSQL", log, {
    launch: (port) =>
      start(join(bin, "postgres"), ["-D", data, ...settings, "-p", String(port)], {
        cwd: folder,
        log,
        signal: "SIGINT",
        ...as,
      }),
    ask: (port) => run(join(bin, "pg_isready"), ["-h", "127.0.0.1", "-p", String(port)]),
  });
}
