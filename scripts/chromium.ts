// The Chromium of the browser tests: CHROME_PATH, else the one that npm installed, else one of the
// system. npm's is the same for everyone, and as a headless shell it takes a third of the time.
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import type { LaunchOptions } from "@playwright/test";

/**
 * Chromium refuses to run as root with its sandbox, and containers run as root. Tests open our own
 * pages only.
 */
const ARGS = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

const INSTALLED = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:/Program Files/Google/Chrome/Application/chrome.exe",
];

/** The launch options. The first call unpacks npm's Chromium. */
export async function chromiumLaunch(): Promise<LaunchOptions> {
  const chosen = process.env.CHROME_PATH;
  if (chosen === undefined && process.platform === "linux" && process.arch === "x64") {
    return { ...(await unpackChromium()), args: ARGS };
  }
  const installed = chosen ?? INSTALLED.find((path) => existsSync(path));
  if (installed !== undefined) return { executablePath: installed, args: ARGS };
  throw new Error("The browser tests need Chrome or Chromium: install one, or set CHROME_PATH to its program.");
}

/**
 * Unpacks the Chromium, the NSS libraries and the font of @sparticuz/chromium. Its own function
 * reuses a file of any version in the folder for temporary files, and lets a second process run a
 * half-written file.
 */
async function unpackChromium(): Promise<LaunchOptions> {
  const require = createRequire(import.meta.url);
  const home = join(require.resolve("@sparticuz/chromium"), "../..");
  const { version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  const cache = join(import.meta.dirname, "../node_modules/.cache");
  const directory = join(cache, `chromium-${version}`);
  if (!existsSync(directory)) {
    const { extract } = createRequire(join(home, "package.json"))("tar-fs");
    mkdirSync(cache, { recursive: true });
    const unfinished = mkdtempSync(join(cache, "chromium-unfinished-"));
    const unpack = (name: string, target: NodeJS.WritableStream) =>
      pipeline(createReadStream(join(home, "bin", name)), createBrotliDecompress(), target);
    try {
      await Promise.all([
        unpack("chromium.br", createWriteStream(join(unfinished, "chromium"), { mode: 0o755 })),
        unpack("al2023.tar.br", extract(unfinished)),
        unpack("fonts.tar.br", extract(join(unfinished, "fonts"))),
      ]);
      writeFileSync(join(unfinished, "fonts/fonts.conf"), fontsConf(directory));
      finish(unfinished, directory);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  return {
    executablePath: join(directory, "chromium"),
    env: {
      ...process.env,
      LD_LIBRARY_PATH: [join(directory, "lib"), process.env.LD_LIBRARY_PATH].filter(Boolean).join(":"),
      FONTCONFIG_PATH: join(directory, "fonts"),
    },
  };
}

/** The first process wins; the others use its result. */
function finish(unfinished: string, directory: string): void {
  try {
    renameSync(unfinished, directory);
  } catch (error) {
    if (!existsSync(directory)) throw error;
  }
}

/** Includes the machine's own rules first, if it has any: they name its system font. */
const fontsConf = (directory: string) =>
  `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>/usr/share/fonts</dir><dir>${join(directory, "fonts")}</dir><cachedir>${join(directory, "fontcache")}</cachedir></fontconfig>`;
