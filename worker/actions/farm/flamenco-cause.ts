// Why a Flamenco job failed: the failed tasks, and the error their program printed.
import { message, type Text } from "../../format/message.ts";
import type { Flamenco } from "../../services/flamenco-client.ts";
import type { FlamencoJob, FlamencoTask } from "../../services/flamenco-objects.ts";

const LINE_MAX_CHARS = 300;
const LINES_MAX = 2_000;

/** What Flamenco writes before a line of the program's output, and Blender itself since 5.0. */
const LINE_PREFIX =
  /^(?:\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-][\d:]+) )?(?:pid=\d+ > ?)?(?:\d\d:\d\d\.\d{3}\s+[\w.]+\s+\| ?)?/;
/** Lines about what Flamenco itself does, and what ffmpeg prints on any failure. */
const ROUTINE_LINE =
  /^(?:Task (?:failed by|assigned to|was)|task changed status|going to run:|Manager |Conversion failed!)/;
const FAILED = /^Failed: /;
/** Only that the program failed. */
const EXITED = /^(?:command )?exited abnormally/;
/** What failing programs print, the most certain pattern first. */
const ERROR_LINES = [
  /^\W*(?:[\w.]*(?:error|exception|fatal|panic)\b[^|]*:|traceback)/i,
  /\berror\b|exception|fatal|cannot|can't|could not|unable to|no such|not found|invalid|denied|failed|out of \w* ?memory|no space/i,
];

/** The last line of a log that says what went wrong. */
function findErrorLine(log: string): string | undefined {
  const lines = log
    .split(/\r\n|\r|\n/)
    .slice(-LINES_MAX)
    .map((line) =>
      line
        .slice(0, 4 * LINE_MAX_CHARS)
        .replace(LINE_PREFIX, "")
        .trim(),
    );
  const output = lines.filter((line) => !ROUTINE_LINE.test(line) && !FAILED.test(line));
  for (const pattern of ERROR_LINES) {
    const found = output.findLast((line) => pattern.test(line));
    if (found !== undefined) return clip(found);
  }
  const failed = lines.findLast((line) => FAILED.test(line));
  return failed === undefined ? undefined : clip(failed.replace(FAILED, ""));
}

const clip = (text: string) =>
  text.length > LINE_MAX_CHARS ? `${text.slice(0, LINE_MAX_CHARS).toWellFormed()}…` : text;

/** Why a task failed. Takes two requests, and throws if both fail. */
export async function readCause({ id }: FlamencoTask, flamenco: Flamenco): Promise<string | undefined> {
  const [detail, log] = await Promise.allSettled([flamenco.task(id), flamenco.log(id)]);
  if (detail.status === "rejected" && log.status === "rejected") throw detail.reason;
  const errorLine = log.status === "fulfilled" ? findErrorLine(log.value) : undefined;
  const activity = detail.status === "fulfilled" ? clip(detail.value.activity.replace(FAILED, "").trim()) : "";
  if (errorLine !== undefined && !EXITED.test(errorLine)) return errorLine;
  return (EXITED.test(activity) ? (errorLine ?? activity) : activity || errorLine) || undefined;
}

/** The first task that failed for good, otherwise the first that failed at all. */
export const findFailedTask = (tasks: readonly FlamencoTask[]): FlamencoTask | undefined =>
  tasks.find(({ status }) => status === "failed") ?? tasks.find(({ status }) => status === "soft-failed");

/** The beginning of an activity about a status change: the status is known anyway. */
const STATUS_CHANGE = /^(?:Changed to|Reenforcing) status "[\w-]+": /;
const TOO_MANY = "too many tasks failed";

/** Flamenco's own words on why the job has its status. */
export const formatActivity = ({ activity }: FlamencoJob): string => activity.replace(STATUS_CHANGE, "").slice(0, 500);

/** "render-7 and 2 more tasks failed: Error: Cycles: out of memory". */
export function formatFailure(
  job: FlamencoJob,
  tasks: readonly FlamencoTask[],
  cause: string | undefined,
): Text | undefined {
  const words = job.status === "failed" ? formatActivity(job) : "";
  const failed = tasks.filter(({ status }) => status === "failed");
  const [first] = failed;
  if (first === undefined) {
    const canceled = tasks.filter(({ status }) => status === "canceled").length;
    if (words !== "" || canceled === 0) return words || undefined;
    return message("flamenco.tasksCanceled", { count: canceled });
  }
  const who = { task: first.name, more: failed.length - 1 };
  const failure =
    cause === undefined
      ? message("flamenco.tasksFailed", who)
      : message("flamenco.tasksFailedBecause", { ...who, cause: cutPeriod(cause) });
  return words === "" || words === TOO_MANY ? failure : message("flamenco.withItsWords", { failure, words });
}

export const formatMissingMovie = (cause: string | undefined): Text =>
  cause === undefined ? message("flamenco.noMovie") : message("flamenco.noMovieBecause", { cause: cutPeriod(cause) });

const cutPeriod = (sentence: string) => sentence.replace(/\.$/, "");
