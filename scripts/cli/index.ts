// kitsu-actions <command>: what a studio's repository does with this package. Each command loads
// only what it needs.
import { CliError } from "../cli-error.ts";
import { PACKAGE_VERSION } from "../package-folder.ts";

type Command = {
  /** what follows the name: "" if nothing may, "…" if anything may */
  takes: "" | "<id>" | "…";
  about: string;
  /** @returns the exit code, if it has one of its own */
  run(args: readonly string[]): Promise<unknown>;
};

const folder = process.cwd();

const COMMANDS = new Map<string, Command>([
  [
    "dev",
    {
      takes: "",
      about: "opens the playground with your actions, and rebuilds on change",
      run: async () => (await import("./dev.ts")).dev(folder),
    },
  ],
  [
    "new",
    {
      takes: "<id>",
      about: "writes the file of an action and its test",
      run: async ([id = ""]) => (await import("./new.ts")).createAction(folder, id),
    },
  ],
  [
    "build",
    {
      takes: "",
      about: "checks the actions and wrangler.toml, and writes gen/",
      run: async () => (await import("./build.ts")).build(folder),
    },
  ],
  [
    "test",
    {
      takes: "…",
      about: "builds, and runs your tests: takes arguments of vitest run",
      run: async (args) => (await import("./test.ts")).test(folder, args),
    },
  ],
  [
    "deploy",
    {
      takes: "…",
      about: "builds, and deploys: takes arguments of wrangler deploy",
      run: async (args) => (await import("./deploy.ts")).deploy(folder, args),
    },
  ],
  [
    "serve",
    {
      takes: "…",
      about: "runs the worker on a machine of yours: serve --help",
      run: async (args) => (await import("./serve.ts")).serve(folder, args),
    },
  ],
  [
    "register",
    {
      takes: "…",
      about: "registers the deployed actions in Kitsu: register --help",
      run: async (args) => (await import("../register/register.ts")).register(args),
    },
  ],
  [
    "doctor",
    {
      takes: "…",
      about: "says what is wrong with the set-up: doctor --help",
      run: async (args) => (await import("./doctor.ts")).doctor(folder, args),
    },
  ],
  [
    "call",
    {
      takes: "…",
      about: "sends a call to the playground, as Kitsu would: call --help",
      run: async (args) => (await import("./call.ts")).call(args),
    },
  ],
  [
    "replay",
    {
      takes: "…",
      about: "sends a recorded call again, and compares the replies: replay --help",
      run: async (args) => (await import("./replay.ts")).replay(args),
    },
  ],
  [
    "record-test",
    {
      takes: "…",
      about: "makes a test of a recorded call: record-test --help",
      run: async (args) => (await import("./record-test.ts")).recordTest(folder, args),
    },
  ],
  [
    "export",
    {
      takes: "…",
      about: "writes what the log has about a person: export --help",
      run: async (args) => (await import("./person-data.ts")).exportPerson(args),
    },
  ],
  [
    "forget",
    {
      takes: "…",
      about: "erases a person from the log: forget --help",
      run: async (args) => (await import("./person-data.ts")).forgetPerson(args),
    },
  ],
  [
    "test:flamenco",
    {
      takes: "",
      about: "checks what we rely on, against the Flamenco at FLAMENCO_URL",
      run: async () => (await import("./test-farm.ts")).testFarm("flamenco"),
    },
  ],
  [
    "test:afanasy",
    {
      takes: "",
      about: "checks what we rely on, against the afserver at AFSERVER_URL",
      run: async () => (await import("./test-farm.ts")).testFarm("afanasy"),
    },
  ],
]);

const USAGE = `npx kitsu-actions <command>, in your studio's repository:

${[...COMMANDS].map(([name, { takes, about }]) => `  ${`${name} ${takes}`.padEnd(16)} ${about}`).join("\n")}

  --help, --version`;

/** The exit code if the command line is wrong. */
const WRONG_USAGE = 2;

try {
  const result = await run(process.argv.slice(2));
  process.exitCode = typeof result === "number" ? result : 0;
} catch (thrown) {
  if (!(thrown instanceof CliError)) throw thrown;
  console.error(thrown.message);
  process.exitCode = thrown.exitCode;
}

async function run([name = "help", ...args]: readonly string[]): Promise<unknown> {
  if (["help", "--help", "-h"].includes(name)) return console.log(USAGE);
  if (["--version", "-v"].includes(name)) return console.log(PACKAGE_VERSION);
  const command = COMMANDS.get(name);
  if (command === undefined) throw wrongUsage(`There is no command "${name}".`);
  const { takes, about } = command;
  if (takes === "…") return command.run(args);
  const usage = `npx kitsu-actions ${name} ${takes}`.trim();
  if (args.some((argument) => argument === "--help" || argument === "-h")) return console.log(`${usage}\n\n${about}`);
  const expected = takes === "" ? 0 : 1;
  if (args.length < expected) throw wrongUsage(`${name} needs an id: ${usage}, such as make-movie.`);
  if (args.length > expected) throw wrongUsage(`${name} does not take "${args[expected]}": ${usage}.`);
  return command.run(args);
}

function wrongUsage(sentence: string): CliError {
  return new CliError(`${sentence}\n\n${USAGE}`, { exitCode: WRONG_USAGE });
}
