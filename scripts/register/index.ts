// npm run register -- --dry-run | --yes: makes the custom actions in Kitsu those that the deployed worker offers. docs/register.md
import { type Kitsu, openKitsu } from "./kitsu.ts";
import { login, logout } from "./login.ts";
import { askOffered, toWanted } from "./offered.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import { listWrites, makePlan, type Write } from "./plan.ts";
import { printPlan, printStep } from "./print.ts";
import { openTerminal } from "./terminal.ts";
import { EXIT, type Exit, Trouble } from "./trouble.ts";

const terminal = openTerminal();
const print = { isColoured: process.stdout.isTTY === true && !process.env.NO_COLOR };

try {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options === undefined) console.log(USAGE);
  else process.exitCode = await register(options);
} catch (thrown) {
  if (!(thrown instanceof Trouble)) throw thrown;
  console.error(thrown.message);
  process.exitCode = thrown.exit;
}

async function register(options: Options): Promise<Exit> {
  const api = `${options.kitsu}/api`;
  // Before anything is asked of a person: a wrong address or too long a title is found without a password.
  const wanted = toWanted(options.worker, await askOffered(options.worker));
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
    throw new Trouble(
      "Who? Set KITSU_TOKEN to the token of a bot with the role admin, or give --email and KITSU_PASSWORD.",
    );
  return {
    email: email ?? (await terminal.ask("E-mail of an administrator of Kitsu: ")),
    password: password ?? (await terminal.askSecretly("Password: ")),
  };
}

async function synchronize(options: Options, kitsu: Kitsu, wanted: ReturnType<typeof toWanted>): Promise<Exit> {
  const { worker, isDryRun, isAgreed } = options;
  const { name, role } = await kitsu.readAccount();
  if (role !== "admin") {
    const sentence = `In Kitsu, this account (${name}) is a ${role}, and custom actions are for administrators.`;
    // Looking is allowed to it: a CI that only compares needs no token that may change everything.
    if (!isDryRun) throw new Trouble(`${sentence} Give the bot the role admin, or log in as one.`);
    console.error(`${sentence} It can compare them only.`);
  }
  const plan = makePlan(worker, wanted, await kitsu.list());
  console.log(`Custom actions of ${options.kitsu}, from ${worker}\n\n${printPlan(plan, print)}`);
  const writes = listWrites(plan);
  if (writes.length === 0) return EXIT.done;
  if (isDryRun) return EXIT.somethingToDo;
  if (!isAgreed) await askConsent();
  return write(kitsu, writes);
}

async function askConsent(): Promise<void> {
  if (!terminal.isInteractive)
    throw new Trouble("Nothing was changed: nobody is here to agree. --yes agrees beforehand.", {
      exit: EXIT.noConsent,
    });
  const answer = await terminal.ask("\nDo this? [y/N] ");
  if (!/^y(es)?$/i.test(answer)) throw new Trouble("Nothing was changed.", { exit: EXIT.noConsent });
}

/** One after the other, and not one more after the first that fails: the reason would be the same. */
async function write(kitsu: Kitsu, writes: readonly Write[]): Promise<Exit> {
  for (const [done, step] of writes.entries()) {
    try {
      if (step.kind === "create") await kitsu.create(step.wanted);
      else if (step.kind === "change") await kitsu.change(step.present.id, step.wanted);
      else await kitsu.remove(step.present.id);
    } catch (cause) {
      if (!(cause instanceof Trouble)) throw cause;
      const list = (some: readonly Write[]) =>
        some.map((one) => `\n  ${printStep(one, 0, { isColoured: false })}`).join("");
      throw new Trouble(
        `${cause.message}\n${done} of ${writes.length} done${done > 0 ? `:${list(writes.slice(0, done))}` : "."}\nNot done:${list(writes.slice(done))}\nRun this again: it goes on from what is there then.`,
        { cause },
      );
    }
  }
  console.log(`Done. Open tabs of Kitsu show it after a reload.`);
  return EXIT.done;
}
