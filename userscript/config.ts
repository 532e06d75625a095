import type { UserscriptConfig } from "../contract.ts";

/** The worker wraps the bundle in a function with this parameter. */
declare const CONFIG: UserscriptConfig;

const config: UserscriptConfig = CONFIG;

export { config as CONFIG };
