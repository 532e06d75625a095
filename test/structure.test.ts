// The conventions, as data. A broken one is said in a sentence.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { OLDEST_ZOU } from "../worker/services/zou-version.ts";
import { NEWEST_ZOU } from "./zou/versions.ts";

const root = join(import.meta.dirname, "..");

const list = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? (entry.name === "node_modules" ? [] : list(path)) : [path];
  });

const read = (path: string) => readFileSync(join(root, path), "utf8");
const FOLDERS = ["contract", "worker", "userscript", "playground", "scripts", "test"];
const files = ["contract.ts", ...FOLDERS.flatMap(list)];
const sources = files.filter((path) => path.endsWith(".ts"));
const products = sources.filter((path) => !path.startsWith("test"));

/** The modules of ours that a file imports, by their paths from the root. */
const importsOf = (path: string) =>
  [...read(path).matchAll(/(?:from|import)\s*\(?["'](\.[^"']+)["']/g)].map(([, specifier = ""]) =>
    relative(root, join(root, path, "..", specifier)),
  );
const packagesOf = (path: string) =>
  [...read(path).matchAll(/^import[^;]*?from ["']([^."'][^"']*)["']/gm)].map(([, name = ""]) => name);

describe("the tree", () => {
  it("has no folder that says nothing", () => {
    const bad = files.filter((path) => /(^|\/)(utils?|helpers?|lib|common|types|core)(\/|\.ts$)/.test(path));
    expect(bad, "Name the folder or file after the noun it owns").toEqual([]);
  });

  it("has each base file name once", () => {
    const names = Map.groupBy(
      sources.filter((path) => /^(worker|userscript)\//.test(path) && !/\/index\.ts$/.test(path)),
      (path) => path.split("/").at(-1),
    );
    expect(
      [...names.values()].filter(({ length }) => length > 1),
      "Name each after what it alone is",
    ).toEqual([]);
  });

  it("has file names in kebab-case", () => {
    const bad = sources.filter(
      (path) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|spec|config|d))?\.ts$/.test(path.split("/").at(-1) ?? ""),
    );
    expect(bad, "Write these in kebab-case").toEqual([]);
  });

  it.each(products)("%s can be read in a minute", (path) => {
    // Styles and tables of data are not read, they are looked up.
    const isData = /style|i18n|data|ids|icons|env\.d/.test(path);
    const lines = read(path).split("\n").length;
    expect(isData || lines <= 250, `${path} has ${lines} lines: divide it by nouns, 250 at most`).toBe(true);
  });

  it("leaves no note for later without saying why", () => {
    const bad = products.filter((path) => /\b(TODO|FIXME|XXX|HACK)\b/.test(read(path)));
    expect(bad, "Do it, or file an issue").toEqual([]);
  });
});

/** Who may import whom. What is not listed is allowed. */
const FORBIDDEN: readonly [importer: RegExp, imported: RegExp, sentence: string][] = [
  [/^contract(\.ts$|\/)/, /^(?!contract\/)/, "The wire imports valibot only, and stands alone"],
  [
    /^userscript\//,
    /^(worker|playground|scripts|gen)\//,
    "The userscript runs in Kitsu's page: it knows the worker by the wire only",
  ],
  [/^worker\//, /^(userscript|playground|scripts)\//, "The worker knows the userscript as a text in gen/ only"],
  [
    /^playground\//,
    /^(worker|userscript|scripts|gen|contract)/,
    "The playground imports nothing of ours, so that it can't agree with our mistakes",
  ],
  [
    /^worker\/services\//,
    /^worker\/(?!failure\.ts|format\/|services\/)/,
    "Services know failures and how things are written, and nothing of ours beside",
  ],
  [
    /^worker\/actions\/(?!index)/,
    /^worker\/(access\/log-access|request\/(?!call|request-snapshot))/,
    "Actions get their call: they do not read requests",
  ],
  [/^worker\/run\/dispatch\.ts$/, /^worker\/pages\//, "dispatch.ts knows the order, response.ts knows the pages"],
];

/** The folders of the worker, each of which imports only from those above it. Types count. */
const ORDER = [
  "failure.ts",
  "format",
  "services",
  "launch",
  "settings",
  "request",
  "access",
  "action",
  "actions/statistics",
  "actions/comments",
  "actions/farm",
  "actions",
  "storage",
  "pages",
  "long-run",
  "run",
  "index.ts",
];

/** The folder of a file of the worker, as ORDER has it. */
function folderOf(path: string): string {
  const [, top = "", ...rest] = path.split("/");
  return top === "actions" && rest.length > 1 ? `actions/${rest[0]}` : top;
}

describe("import directions", () => {
  it("begin in few places, each with a sentence in CONTRIBUTING.md", () => {
    const top = readdirSync(join(root, "worker"));
    expect(top.length).toBeLessThanOrEqual(14);
    expect(new Set(ORDER.map((folder) => folder.split("/")[0]))).toEqual(new Set(top));
    for (const entry of top)
      expect(read("CONTRIBUTING.md"), `Say what worker/${entry} is`).toMatch(new RegExp(`^\\| \`${entry}/?\``, "m"));
  });

  it.each(products.filter((path) => path.startsWith("worker/")))("%s imports from above alone", (path) => {
    const wrong = importsOf(path).filter(
      (other) => other.startsWith("worker/") && ORDER.indexOf(folderOf(other)) > ORDER.indexOf(folderOf(path)),
    );
    expect(wrong, `${folderOf(path)} may not know these: CONTRIBUTING.md has the order`).toEqual([]);
  });

  it.each(products)("%s keeps them", (path) => {
    for (const [importer, imported, sentence] of FORBIDDEN) {
      if (!importer.test(path)) continue;
      expect(
        importsOf(path).filter((other) => imported.test(other)),
        sentence,
      ).toEqual([]);
    }
  });

  it("let index.ts alone know the router", () => {
    const bad = sources.filter((path) => packagesOf(path).includes("itty-router") && path !== "worker/index.ts");
    expect(bad, "Routes are in worker/index.ts").toEqual([]);
  });

  it("keep the wire to valibot", () => {
    const packages = files.filter((path) => path.startsWith("contract")).flatMap(packagesOf);
    expect([...new Set(packages)]).toEqual(["valibot"]);
  });

  it("let those alone know the runtime who are objects of it", () => {
    const objects = ["storage/run-coordinator", "storage/temporary-link", "storage/locks", "long-run/long-run"].map(
      (name) => `worker/${name}.ts`,
    );
    const bad = products.filter((path) => packagesOf(path).includes("cloudflare:workers") && !objects.includes(path));
    expect(bad, "Durable Objects have files of their own").toEqual([]);
  });
});

describe("every action", () => {
  const actions = list("worker/actions").filter((path) => /^worker\/actions\/(?!index)[^/]+$/.test(path));
  it.each(actions)("%s is registered, tested and in the catalogue", (path) => {
    const id = path.split("/").at(-1)?.replace(".ts", "") ?? "";
    expect(read("worker/actions/index.ts"), `Add a line for ${id} to worker/actions/index.ts`).toContain(`./${id}.ts`);
    expect(files, `Write test/worker/actions/${id}.test.ts`).toContain(`test/worker/actions/${id}.test.ts`);
    expect(read(`test/worker/actions/${id}.test.ts`), "Begin the test with describeAction").toContain(
      "describeAction(",
    );
    expect(read("README.md"), `Add a row for ${id} to the catalogue in README.md`).toMatch(
      new RegExp(`^\\| \\[?\`?${id}`, "m"),
    );
  });
});

describe("safety", () => {
  it("builds no markup from text in a page of Kitsu", () => {
    const bad = products.filter((path) =>
      /\.(innerHTML|outerHTML)\b|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function/.test(read(path)),
    );
    expect(bad, "Text is text: make nodes").toEqual([]);
  });

  it("makes markup in one place", () => {
    const bad = products.filter((path) => /new Markup\(/.test(read(path)) && path !== "worker/pages/html.ts");
    expect(bad, "Use the html template").toEqual([]);
  });

  it("parses foreign data instead of asserting its type", () => {
    const code = (path: string) =>
      read(path).replace(/\/\/.*|\/\*[\s\S]*?\*\/|`[^`]*`|"[^"]*"|^(?:im|ex)port [^;]*;/gm, "");
    const bad = products.filter((path) => /[\w)\]}] as (?!const\b)[\w{[(]/.test(code(path)));
    expect(bad, "Parse it with valibot").toEqual([]);
  });

  it("has one colour for what is pressed first, light and dark, in Kitsu's page and on the worker's", () => {
    const colours = (path: string, name: string) =>
      [...read(path).matchAll(new RegExp(`--${name}: ?(#\\w+)`, "g"))].map(([, one]) => one);
    for (const name of ["accent", "on-accent"]) {
      const [ours, theirs] = ["userscript/ui/toast-style.css", "worker/pages/page-style.ts"].map((path) =>
        colours(path, name),
      );
      expect(new Set(ours).size, name).toBe(2);
      expect(new Set(theirs), name).toEqual(new Set(ours));
    }
  });

  it("says in docs/storage.md what it keeps", () => {
    const keys = [
      ...products.flatMap((path) =>
        [...read(path).matchAll(/["`](kitsu-actions:\w+|run\/|userscript(?=")|kitsu_actions_\w+)/g)].map(
          ([, key = ""]) => key,
        ),
      ),
    ];
    expect(new Set(keys).size).toBe(10);
    for (const key of keys) expect(read("docs/storage.md"), `Say what ${key} holds`).toContain(key);
  });
});

describe("what the README promises", () => {
  const readme = () => read("README.md");

  it("are scripts that are there", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const named = [...readme().matchAll(/npm (?:run )?(start|test|(?<=run )[a-z:-]+)/g)].map(([, name = ""]) => name);
    expect(named.length).toBeGreaterThan(2);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it("is the oldest Zou that the worker takes, and what it is tested with", () => {
    for (const document of ["README.md", "docs/deploy.md"])
      expect(read(document)).toMatch(
        new RegExp(`${OLDEST_ZOU} or later[^]*${OLDEST_ZOU} and ${NEWEST_ZOU}`.replaceAll(".", "\\.")),
      );
  });

  const documents = [
    ...["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "examples/README.md"],
    ...list("docs").filter((path) => path.endsWith(".md")),
  ];

  it("are files that are there", () => {
    for (const document of documents) {
      const links = [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = ""]) => path);
      const missing = links.filter(
        (path) => statSync(join(root, document, "..", path), { throwIfNoEntry: false }) === undefined,
      );
      expect(missing, `${document} links to what is not there`).toEqual([]);
    }
  });

  it("are chapters that are there", () => {
    for (const document of documents) {
      const links = [...read(document).matchAll(/\]\((?!https?:)([^)#]*\.md)?#([^)]+)\)/g)];
      const missing = links.filter(
        ([, path, anchor = ""]) => !anchorsOf(path ? join(document, "..", path) : document).includes(anchor),
      );
      expect(
        missing.map(([link]) => link),
        `${document} links to what is not there`,
      ).toEqual([]);
    }
  });

  /** As GitHub names the headings of a document. */
  const anchorsOf = (document: string) =>
    [...read(document).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    );
});
