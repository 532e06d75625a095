// The Python that runs Zou.
import { installPackage } from "../support/python/virtual-environment.ts";
import { NEWEST_ZOU } from "./versions.ts";

export const ZOU_VERSION = process.env.ZOU_VERSION || NEWEST_ZOU;

/**
 * @returns the path of its Python, or the reason why it is not available.
 * @throws if the installation fails
 */
export const installZou = () =>
  // Older Zous need packages that build only with an older setuptools.
  installPackage({ name: "zou", version: ZOU_VERSION, constraints: "setuptools<81\n" });
