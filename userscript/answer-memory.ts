/** What a person answered last time, to prefill the next dialog. */
import * as v from "valibot";
import { Input } from "../contract.ts";
import { createPersonalList } from "./storage.ts";

const ACTIONS_MAX = 40;
const ANSWERS_MAX_CHARS = 2_000;

const answers = createPersonalList(
  "kitsu-actions:answers",
  v.object({ action: v.string(), values: Input }),
  ACTIONS_MAX,
);

/** @param action its name in Kitsu; "" for choices that belong to no action */
export function recallAnswers(person: string, action: string): Input {
  return answers.load(person).find((entry) => entry.action === action)?.values ?? {};
}

/** Answers that are too long are not saved; the previous ones stay. */
export function rememberAnswers(person: string, action: string, values: Input): void {
  if (JSON.stringify(values).length > ANSWERS_MAX_CHARS) return;
  const others = answers.load(person).filter((entry) => entry.action !== action);
  answers.save(person, [{ action, values }, ...others]);
}
