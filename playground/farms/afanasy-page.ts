/** What a person sees at the server's own address, which has one page for all jobs. */
import type { AfanasyJobs } from "./afanasy-jobs.ts";
import { jobState } from "./afanasy-states.ts";
import { page, row, text } from "./page.ts";

export function drawAfanasy(jobs: AfanasyJobs): string {
  const rows = jobs.list().map((job) => {
    const done = job.tasks.filter(({ state }) => state === "done").length;
    return row(String(job.id), text(job.name), text(job.userName), jobState(job).state, `${done} / ${job.tasks.length}`);
  });
  return page("CGRU Afanasy", `<h1>Jobs</h1><table>${row("Id", "Name", "User", "State", "Tasks")}${rows.join("")}</table>`);
}
