/**
 * The languages beside English. The build makes a file of each, which the worker serves. To add
 * one, add its file and its name here.
 */
import { fr } from "./fr.ts";
import type { Messages } from "./messages.ts";

export const languages: Readonly<Record<string, Messages>> = { fr };
