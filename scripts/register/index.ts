// npm run register, in this repository.
import { CliError } from "../cli-error.ts";
import { register } from "./register.ts";

try {
  process.exitCode = await register(process.argv.slice(2));
} catch (thrown) {
  if (!(thrown instanceof CliError)) throw thrown;
  console.error(thrown.message);
  process.exitCode = thrown.exitCode;
}
