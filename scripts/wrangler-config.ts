// wrangler.toml, without loading Wrangler, which takes seconds.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "smol-toml";
import { CliError } from "./cli-error.ts";

/** @param folder of a repository: ours, or a studio's */
export async function readWranglerConfig(folder: string): Promise<unknown> {
  const path = join(folder, "wrangler.toml");
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new CliError(
      `There is no wrangler.toml in ${folder}. Run this in your studio's repository; "npm create kitsu-actions" makes one.`,
      { cause },
    );
  });
  try {
    return parse(text);
  } catch (cause) {
    throw new CliError(`${path} is not valid TOML: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
