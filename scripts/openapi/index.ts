// Writes the description of the worker's routes and the JSON Schema of the wire to gen/: as files,
// and as a module that the worker serves.
import { mkdir, writeFile } from "node:fs/promises";
import { makeDocuments } from "./documents.ts";

export async function writeDescriptions(): Promise<void> {
  const gen = new URL("../../gen/", import.meta.url);
  const { wire, contract, openapi } = await makeDocuments();
  const write = (name: string, text: string) => writeFile(new URL(name, gen), text);
  const format = (json: string) => `${JSON.stringify(JSON.parse(json), null, 2)}\n`;
  const constants = Object.entries({ wire, contract, openapi }).map(
    ([name, value]) => `export const ${name} = ${JSON.stringify(value)} as const;\n`,
  );
  await mkdir(gen, { recursive: true });
  await Promise.all([
    write("openapi.ts", `// Made by npm run build.\n${constants.join("")}`),
    write("contract.schema.json", format(contract.join(wire))),
    write("openapi.json", format(openapi.join(toOpenapi(wire)))),
  ]);
}

/** In a description of routes, schemas are in another place. */
const toOpenapi = (schemas: string) => schemas.replaceAll('"#/$defs/', '"#/components/schemas/');
