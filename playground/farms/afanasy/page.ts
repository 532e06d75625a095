/** The page for people at the server's own address. It shows all jobs. */
import { page, row, text } from "../page.ts";
import type { AfanasyJobs } from "./jobs.ts";
import { isDone, jobState } from "./states.ts";

export function drawAfanasy(jobs: AfanasyJobs): string {
  const rows = jobs.list().map((job) => {
    const tasks = job.blocks.flatMap((block) => block.tasks);
    const avoided = job.blocks
      .map(({ hosts, limits }) => hosts.countAvoided(limits.avoid))
      .reduce((sum, count) => sum + count, 0);
    const refused = avoided === 0 ? "" : `${avoided} machines avoided`;
    return row(
      ...[String(job.id), text(job.name), text(job.userName), jobState(job).state],
      ...[`${tasks.filter(isDone).length} / ${tasks.length}`, refused],
    );
  });
  const machines = jobs.machines.map(({ name, state, running }) =>
    row(text(name), state, running.map(({ job }) => text(job.name)).join(", ")),
  );
  const head = row("Id", "Name", "User", "State", "Tasks", "");
  return page(
    "CGRU Afanasy",
    `<h1>Jobs</h1><table>${head}${rows.join("")}</table><h1>Machines</h1><table>${machines.join("")}</table>`,
  );
}
