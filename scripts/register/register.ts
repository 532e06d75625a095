// npm run register -- --dry-run | --yes: creates, changes and removes custom actions in Kitsu, so
// that it offers what the deployed worker offers. See docs/register.md.

import { CliError } from "../cli-error.ts";
import { EXIT_CODES, type ExitCode } from "./exit-code.ts";
import { formatPlan, formatStep } from "./format-plan.ts";
import { type Kitsu, openKitsu } from "./kitsu.ts";
import { login, logout } from "./login.ts";
import { fetchOfferedActions, toWanted } from "./offered-actions.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import { listWrites, makePlan, type Write } from "./plan.ts";
import { openTerminal } from "./terminal.ts";

const terminal = openTerminal();
const format = { isColored: process.stdout.isTTY === true && !process.env.NO_COLOR };

/** @param args of the command line. Throws a CliError that says what to do. */
export async function register(args: readonly string[]): Promise<ExitCode> {
  const options = readOptions(args, process.env);
  if (options !== undefined) return registerActions(options);
  console.log(USAGE);
  return EXIT_CODES.done;
}

async function registerActions(options: Options): Promise<ExitCode> {
  const api = `${options.kitsu}/api`;
  // First, because a wrong address or a title that is too long is found without a password.
  const wanted = toWanted(options.worker, await fetchOfferedActions(options.worker), options.suffix);
  const { account } = options;
  if ("token" in account) return synchronize(options, openKitsu(api, account.token), wanted);
  const token = await login(api, await askCredentials(account), terminal);
  try {
    return await synchronize(options, openKitsu(api, token), wanted);
  } finally {
    await logout(api, token);
  }
}

async function askCredentials({ email, password }: { email: string | undefined; password: string | undefined }) {
  const isComplete = email !== undefined && password !== undefined;
  if (!isComplete && !terminal.isInteractive)
    throw new CliError(
      "No account: set KITSU_TOKEN to the token of a bot with the role admin, or use --email and KITSU_PASSWORD.",
    );
  return {
    email: email ?? (await terminal.ask("Email of a Kitsu administrator: ")),
    password: password ?? (await terminal.askSecret("Password: ")),
  };
}

async function synchronize(options: Options, kitsu: Kitsu, wanted: ReturnType<typeof toWanted>): Promise<ExitCode> {
  const { worker, isDryRun, isConfirmed } = options;
  const { name, role } = await kitsu.readAccount();
  if (role !== "admin") {
    const sentence = `This account (${name}) has the role ${role} in Kitsu, but only administrators can change custom actions.`;
    // A dry run needs no admin, so a CI that only compares can do with a weaker token.
    if (!isDryRun) throw new CliError(`${sentence} Give the bot the role admin, or log in as an administrator.`);
    console.error(`${sentence} It can only compare them.`);
  }
  const plan = makePlan(worker, wanted, await kitsu.list());
  console.log(`Custom actions in ${options.kitsu} for ${worker}\n\n${formatPlan(plan, format)}`);
  const writes = listWrites(plan);
  if (writes.length === 0) return EXIT_CODES.done;
  if (isDryRun) return EXIT_CODES.changesNeeded;
  if (!isConfirmed) await confirm();
  return write(kitsu, writes);
}

async function confirm(): Promise<void> {
  const exitCode = EXIT_CODES.notConfirmed;
  if (!terminal.isInteractive)
    throw new CliError("Nothing was changed: there is no terminal to confirm in. Use --yes to confirm in advance.", {
      exitCode,
    });
  const answer = await terminal.ask("\nMake these changes? [y/N] ");
  if (!/^y(es)?$/i.test(answer)) throw new CliError("Nothing was changed.", { exitCode });
}

/** Stops at the first failure, because the next ones would fail for the same reason. */
async function write(kitsu: Kitsu, writes: readonly Write[]): Promise<ExitCode> {
  for (const [done, step] of writes.entries()) {
    try {
      if (step.kind === "create") await kitsu.create(step.wanted);
      else if (step.kind === "change") await kitsu.change(step.present.id, step.wanted);
      else await kitsu.remove(step.present.id);
    } catch (cause) {
      if (!(cause instanceof CliError)) throw cause;
      const list = (some: readonly Write[]) =>
        some.map((one) => `\n  ${formatStep(one, 0, { isColored: false })}`).join("");
      throw new CliError(
        `${cause.message}\n${done} of ${writes.length} done${done > 0 ? `:${list(writes.slice(0, done))}` : "."}\nNot done:${list(writes.slice(done))}\nRun this again to make the remaining changes.`,
        { cause },
      );
    }
  }
  console.log("Done. Reload open Kitsu tabs to see the changes.");
  return EXIT_CODES.done;
}
