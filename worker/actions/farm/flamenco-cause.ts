// Why a Flamenco job failed: which of its tasks, and what the program that it ran said of it.
import type { Flamenco } from "../../services/flamenco-client.ts";
import type { FlamencoJob, FlamencoTask } from "../../services/flamenco-objects.ts";

const LINE_MAX_CHARS = 300;
const LINES_MOST = 2_000;

/** Flamenco's own words in front of a line of the program's, and Blender's since 5.0. */
const AROUND = /^(?:\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-][\d:]+) )?(?:pid=\d+ > ?)?(?:\d\d:\d\d\.\d{3}\s+[\w.]+\s+\| ?)?/;
/** What Flamenco writes of its own doing, and what ffmpeg says of any failure. */
const NOTE = /^(?:Task (?:failed by|assigned to|was)|task changed status|going to run:|Manager |Conversion failed!)/;
const FAILED = /^Failed: /;
/** It says no more than that the program has failed. */
const EXITED = /^(?:command )?exited abnormally/;
/** What a program that fails says, first what can hardly be anything else. */
const COMPLAINTS = [
  /^\W*(?:[\w.]*(?:error|exception|fatal|panic)\b[^|]*:|traceback)/i,
  /\berror\b|exception|fatal|cannot|can't|could not|unable to|no such|not found|invalid|denied|failed|out of \w* ?memory|no space/i,
];

/** The telling line of a log, from its end. */
export function findComplaint(log: string): string | undefined {
  const lines = log
    .split(/\r\n|\r|\n/)
    .slice(-LINES_MOST)
    .map((line) =>
      line
        .slice(0, 4 * LINE_MAX_CHARS)
        .replace(AROUND, "")
        .trim(),
    );
  const said = lines.filter((line) => !NOTE.test(line) && !FAILED.test(line));
  for (const complaint of COMPLAINTS) {
    const found = said.findLast((line) => complaint.test(line));
    if (found !== undefined) return clip(found);
  }
  const failed = lines.findLast((line) => FAILED.test(line));
  return failed === undefined ? undefined : clip(failed.replace(FAILED, ""));
}

const clip = (text: string) =>
  text.length > LINE_MAX_CHARS ? `${text.slice(0, LINE_MAX_CHARS).toWellFormed()}…` : text;

/** What is known of the failure of one task: two requests. Throws where neither is answered. */
export async function readCause({ id }: FlamencoTask, flamenco: Flamenco): Promise<string | undefined> {
  const [detail, log] = await Promise.allSettled([flamenco.task(id), flamenco.log(id)]);
  if (detail.status === "rejected" && log.status === "rejected") throw detail.reason;
  const complaint = log.status === "fulfilled" ? findComplaint(log.value) : undefined;
  const activity = detail.status === "fulfilled" ? clip(detail.value.activity.replace(FAILED, "").trim()) : "";
  if (complaint !== undefined && !EXITED.test(complaint)) return complaint;
  return (EXITED.test(activity) ? (complaint ?? activity) : activity || complaint) || undefined;
}

/** The task to ask: what failed first, if possible for good. */
export const findBroken = (tasks: readonly FlamencoTask[]): FlamencoTask | undefined =>
  tasks.find(({ status }) => status === "failed") ?? tasks.find(({ status }) => status === "soft-failed");

/** What is said before the words of a status change: the status is known. */
const CHANGED = /^(?:Changed to|Reenforcing) status "[\w-]+": /;
const TOO_MANY = "too many tasks failed";

/** Flamenco's own words of why the job has its status. */
export const sayActivity = ({ activity }: FlamencoJob): string => activity.replace(CHANGED, "").slice(0, 500);

/** "render-7 and 2 more tasks failed: Error: Cycles: out of memory". */
export function sayFailure(
  job: FlamencoJob,
  tasks: readonly FlamencoTask[],
  cause: string | undefined,
): string | undefined {
  const words = job.status === "failed" ? sayActivity(job) : "";
  const failed = tasks.filter(({ status }) => status === "failed");
  const [first] = failed;
  if (first === undefined) {
    const canceled = tasks.filter(({ status }) => status === "canceled").length;
    if (words !== "" || canceled === 0) return words || undefined;
    return `${canceled === 1 ? "1 task was" : `${canceled} tasks were`} canceled on the farm, and nothing else of it can go on`;
  }
  const more = failed.length - 1;
  const who = `${first.name}${more === 0 ? "" : ` and ${more === 1 ? "1 more task" : `${more} more tasks`}`} failed`;
  const what = cause === undefined ? who : `${who}: ${cause.replace(/\.$/, "")}`;
  return words === "" || words === TOO_MANY ? what : `${what}. Flamenco says: ${words}`;
}

export const sayMovie = (cause: string | undefined) =>
  `The preview movie was not made${cause === undefined ? "" : `: ${cause.replace(/\.$/, "")}`}`;
