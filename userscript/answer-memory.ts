/** What a person answered last, to be offered again. Each person's own, in the storage of Kitsu's origin. */
import * as v from "valibot";
import { Input } from "../contract.ts";
import { load, save } from "./storage.ts";

const ACTIONS_MAX = 40;
const ANSWERS_MAX_CHARS = 2_000;

const Answered = v.object({ action: v.string(), values: Input });

/** @param action its name in Kitsu; "" for what no action asks */
export function recall(person: string, action: string): Input {
  return list(person).find((answered) => answered.action === action)?.values ?? {};
}

/** Answers that are too long to be kept leave the last ones as they are. */
export function remember(person: string, action: string, values: Input): void {
  if (JSON.stringify(values).length > ANSWERS_MAX_CHARS) return;
  const others = list(person).filter((answered) => answered.action !== action);
  save(() => localStorage, keyOf(person), [{ action, values }, ...others], ACTIONS_MAX);
}

function list(person: string): v.InferOutput<typeof Answered>[] {
  return load(() => localStorage, keyOf(person), Answered);
}

function keyOf(person: string): string {
  return `kitsu-actions:answers:${person}`;
}
