// The CPU time of a server includes that of whatever it starts, and never shrinks.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { readCpuSeconds } from "../../scripts/cpu-time.ts";

const BUSY = "const end = process.cpuUsage().user + 300000; while (process.cpuUsage().user < end);";
const start = (detached: boolean) => `
const { spawn } = require("node:child_process");
const child = spawn(process.execPath, ["-e", ${JSON.stringify(`${BUSY} console.log("worked"); process.stdin.resume();`)}],
  { stdio: ["pipe", "pipe", "inherit"], detached: ${detached} });
child.stdout.once("data", () => console.log("worked"));
process.stdin.once("data", () => child.stdin.end());
child.once("exit", () => console.log("ended"));`;

describe.runIf(process.platform === "linux")("the CPU time of a process group", () => {
  it.each([false, true])("includes a child before and after its end, in its own group: %s", async (isDetached) => {
    const child = spawn(process.execPath, ["-e", start(isDetached)], {
      stdio: ["pipe", "pipe", "inherit"],
      detached: true,
    });
    try {
      await once(child.stdout, "data");
      const worked = readCpuSeconds(child.pid ?? 0) ?? 0;
      expect(worked).toBeGreaterThan(0.25);
      child.stdin.write("end\n");
      await once(child.stdout, "data");
      expect(readCpuSeconds(child.pid ?? 0)).toBeGreaterThanOrEqual(worked);
    } finally {
      child.kill();
    }
  });
});
