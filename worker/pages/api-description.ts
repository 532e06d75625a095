// The description of the routes (OpenAPI) and the JSON Schema of the wire, made by scripts/openapi.
import { contract, openapi, wire } from "../../gen/openapi.ts";
import { serveAsset } from "./serve-asset.ts";

/** `GET /contract.schema.json`: calls, replies and reports. */
export const serveContract = (): Response => serveAsset(contract.join(wire), "application/json");

/** `GET /openapi.json`: the routes, with the same schemas, which are in another place there. */
export const serveOpenapi = (): Response =>
  serveAsset(openapi.join(wire.replaceAll('"#/$defs/', '"#/components/schemas/')), "application/json");
