// The lengths of Kitsu's columns. It refuses longer values without naming the column.
import type { CustomAction } from "../../worker/doctor/custom-action.ts";
import { CliError } from "../cli-error.ts";

const MAX_CHARACTERS = { name: 80, url: 400 } as const;

/** Throws an error that says what to shorten. */
export function checkLengths(action: CustomAction): void {
  for (const member of ["name", "url"] as const) {
    const characters = [...action[member]].length;
    if (characters <= MAX_CHARACTERS[member]) continue;
    throw new CliError(
      `The ${member === "name" ? "name" : "address"} "${action[member]}" has ${characters} characters, but Kitsu allows ${MAX_CHARACTERS[member]}. Nothing was changed.`,
    );
  }
}
