// kitsu-actions doctor: what is wrong with a set-up, as the deployed worker sees it and as this
// machine does. Changes nothing.
import { maskText, tidyFinding } from "../../worker/doctor/tidy-findings.ts";
import { CliError } from "../cli-error.ts";
import { askWorker } from "./doctor/ask-worker.ts";
import { checkFromHere } from "./doctor/check-from-here.ts";
import { checkLocalSettings } from "./doctor/check-local-settings.ts";
import { DOCTOR_USAGE, type DoctorOptions, readDoctorOptions } from "./doctor/doctor-options.ts";
import { formatFindings, type LocatedFinding } from "./doctor/format-findings.ts";

/** The exit codes, for CI. */
const EXIT_CODES = { works: 0, faulty: 1, notChecked: 2 } as const;

/** What the worker leaves to this command. */
const ASKED_FROM_HERE = "custom-actions-not-asked";

/** @returns the exit code */
export async function doctor(folder: string, args: readonly string[]): Promise<number> {
  const options = readDoctorOptions(args, process.env);
  if (options === undefined) {
    console.log(DOCTOR_USAGE);
    return EXIT_CODES.works;
  }
  const findings = await checkLocalSettings(folder, options.environment, options.worker !== undefined);
  if (findings === undefined && options.worker === undefined)
    throw new CliError(`There is no wrangler.toml in ${folder}. Name the worker: --worker https://edge.studio.tld`, {
      exitCode: EXIT_CODES.notChecked,
    });
  const local = findings ?? [];
  try {
    return report([...local, ...(await checkWorker(local, options))], options);
  } catch (thrown) {
    if (!(thrown instanceof CliError)) throw thrown;
    // What was found until then is worth knowing.
    if (local.length > 0 && !options.isJson) report(local, options);
    throw thrown;
  }
}

async function checkWorker(local: readonly LocatedFinding[], { worker, logToken }: DoctorOptions) {
  if (worker === undefined) return [];
  const diagnosis = await askWorker(worker, logToken);
  const isNew = (one: LocatedFinding) =>
    !local.some(({ id, subject }) => id === one.id && subject === one.subject) && one.id !== ASKED_FROM_HERE;
  return [...diagnosis.findings.filter(isNew), ...(await checkFromHere(worker, diagnosis))];
}

function report(found: readonly LocatedFinding[], { worker, isJson, isStrict }: DoctorOptions): number {
  const findings = found.map((one) => tidyFinding(one, maskText));
  console.log(
    isJson
      ? JSON.stringify({ version: 1, worker, findings }, undefined, 2)
      : formatFindings(findings, { isColored: process.stdout.isTTY === true && !process.env.NO_COLOR }),
  );
  const isFaulty = findings.some(({ level }) => level === "broken" || (isStrict && level === "risky"));
  return isFaulty ? EXIT_CODES.faulty : EXIT_CODES.works;
}
