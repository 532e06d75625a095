/** The pages for people at the manager's own address. */
import { page, row, text } from "../page.ts";
import type { Job } from "./job.ts";
import { countSteps, hasPicture, writeTask } from "./view.ts";

export function drawJobs(jobs: readonly Job[]): string {
  const rows = jobs.map((job) => {
    const { steps_completed, steps_total } = countSteps(job);
    return row(
      `<a href="/app/jobs/${job.id}">${text(job.submitted.name)}</a>`,
      job.status,
      `${steps_completed} / ${steps_total}`,
    );
  });
  return page("Flamenco", `<h1>Jobs</h1><table>${row("Name", "Status", "Steps")}${rows.join("")}</table>`);
}

export function drawJob(job: Job, minor: number): string {
  const { steps_completed, steps_total } = countSteps(job);
  const facts = [
    ["Status", job.status],
    ["Activity", job.activity],
    ["Steps", `${steps_completed} / ${steps_total}`],
    ["Type", job.submitted.type],
    ...Object.entries(job.settings).map(([key, value]) => [key, String(value)] as const),
    ...Object.entries(job.submitted.metadata ?? {}),
  ];
  const tasks = job.tasks.map((task) => {
    const { id, name, status } = writeTask(job, task, minor);
    const log = `<a href="/api/v3/tasks/${id}/logtail">log</a>`;
    return row(text(name), status, task.machine?.name ?? "", `${task.stepsDone} / ${task.steps}`, log);
  });
  const picture = hasPicture(job)
    ? `<p><img src="/job-files/job-${job.id.slice(0, 4)}/${job.id}/last-rendered-small.jpg" alt="Last rendered" width="320">`
    : "";
  return page(
    job.submitted.name,
    `<p><a href="/app/jobs">All jobs</a></p><h1>${text(job.submitted.name)}</h1>${picture}
<table>${facts.map(([name = "", value = ""]) => row(text(name), text(value))).join("")}</table>
<h2>Tasks</h2><table>${tasks.join("")}</table>`,
  );
}
