// The conventions of this repository. A test that fails says in a sentence what to do.
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
const FOLDERS = [
  "contract",
  "create-kitsu-actions",
  "messages",
  "worker",
  "userscript",
  "playground",
  "scripts",
  "testing",
  "test",
];
const files = ["contract.ts", ...FOLDERS.flatMap(list)];
const sources = files.filter((path) => path.endsWith(".ts"));
const products = sources.filter((path) => !path.startsWith("test/"));

/** The modules of ours that a file imports, by their paths from the root. */
const importsOf = (path: string) =>
  [...read(path).matchAll(/(?:from|import)\s*\(?["'](\.[^"']+)["']/g)].map(([, specifier = ""]) =>
    relative(root, join(root, path, "..", specifier)),
  );
const packagesOf = (path: string) =>
  [...read(path).matchAll(/^import[^;]*?from ["']([^."'][^"']*)["']/gm)].map(([, name = ""]) => name);

const COMMENT_MAX_COLUMNS = 100;

/** Is this line only a comment, and too long? A URL and a linter's directive can't be wrapped. */
function isLongComment(line: string): boolean {
  const [, text] = /^\s*(?:\/\/|\/\*\*|\*(?=\s|\/))\s*(.*)$/.exec(line) ?? [];
  return (
    text !== undefined &&
    line.length > COMMENT_MAX_COLUMNS &&
    !/^(?:(?:@see )?https?:\/\/\S+|biome-ignore .*)$/.test(text)
  );
}

describe("the tree", () => {
  it("has no folder or file with a generic name", () => {
    const bad = files.filter((path) => /(^|\/)(utils?|helpers?|lib|common|types|core)(\/|\.ts$)/.test(path));
    expect(bad, "Name the folder or file after the noun it owns").toEqual([]);
  });

  it("uses each base file name once", () => {
    const names = Map.groupBy(
      sources.filter((path) => /^(worker|userscript)\//.test(path) && !/\/index\.ts$/.test(path)),
      (path) => path.split("/").at(-1),
    );
    expect(
      [...names.values()].filter(({ length }) => length > 1),
      "Give each of these a name of its own",
    ).toEqual([]);
  });

  it("has file names in kebab-case", () => {
    const bad = sources.filter(
      (path) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|spec|config|d))?\.ts$/.test(path.split("/").at(-1) ?? ""),
    );
    expect(bad, "Rename these in kebab-case").toEqual([]);
  });

  it.each(products)("%s has at most 250 lines", (path) => {
    // Nobody reads styles and tables of data from top to bottom.
    const isData = /style|data|ids|icons|env\.d/.test(path);
    const lines = read(path).split("\n").length;
    expect(isData || lines <= 250, `${path} has ${lines} lines: split it by nouns`).toBe(true);
  });

  it("has no notes for later", () => {
    const bad = products.filter((path) => /\b(TODO|FIXME|XXX|HACK)\b/.test(read(path)));
    expect(bad, "Do it, or file an issue").toEqual([]);
  });

  it("has comments of at most 100 columns", () => {
    const long = sources
      .filter((path) => !path.endsWith(".d.ts"))
      .flatMap((path) =>
        read(path)
          .split("\n")
          .flatMap((line, index) => (isLongComment(line) ? [`${path}:${index + 1}`] : [])),
      );
    expect(long, "Wrap these").toEqual([]);
  });
});

/** What may not import what, and why. All other imports are allowed. */
const FORBIDDEN: readonly [importer: RegExp, imported: RegExp, sentence: string][] = [
  [/^contract(\.ts$|\/)/, /^(?!contract\/)/, "The wire contract imports nothing but valibot"],
  [
    /^userscript\//,
    /^(worker\/|playground\/|scripts\/|gen\/(?!userscript-messages))/,
    "The userscript runs in Kitsu's page: of the worker, it imports only the wire contract and its own texts",
  ],
  [/^worker\//, /^(userscript|playground|scripts)\//, "The worker gets the userscript only as a text in gen/"],
  [
    /^playground\//,
    /^(worker|userscript|scripts|gen|contract)/,
    "The playground imports none of our code, so that it can't share our mistakes",
  ],
  [
    /^testing\/(?!vitest\.ts$)/,
    /^(?!contract\.ts$|worker\/|testing\/|playground\/zou\/)/,
    "A studio's tests run in workerd: of our code, they get the worker, the contract and the playground's Zou",
  ],
  [/^(contract|worker|userscript|playground)/, /^testing\//, "Only tests use what is for tests"],
  [
    /^worker\/services\//,
    /^worker\/(?!format\/|services\/)/,
    "Of our code, services import only format/ and each other",
  ],
  [
    /^worker\/actions\/(?!index)/,
    /^worker\/(access\/log-access|request\/(?!call|request-snapshot))/,
    "Actions receive their call and don't read requests",
  ],
  [
    /^worker\/run\/dispatch\.ts$/,
    /^worker\/pages\//,
    "dispatch.ts has the order of the steps, response.ts renders the pages",
  ],
];

/** The folders of the worker. Each imports only from itself and those above, types included. */
const ORDER = [
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
  "actions/forward",
  "actions",
  "storage",
  "pages",
  "doctor",
  "run/long-run",
  "run",
  "index.ts",
  "main.ts",
];

/** The folder of a worker's file, as ORDER lists it. */
function folderOf(path: string): string {
  const [, top = "", ...rest] = path.split("/");
  const nested = rest.length > 1 ? `${top}/${rest[0]}` : top;
  return ORDER.includes(nested) ? nested : top;
}

describe("import directions", () => {
  it("connect a few folders, each with a sentence in CONTRIBUTING.md", () => {
    const top = readdirSync(join(root, "worker"));
    expect(top.length).toBeLessThanOrEqual(14);
    expect(new Set(ORDER.map((folder) => folder.split("/")[0]))).toEqual(new Set(top));
    for (const entry of top)
      expect(read("CONTRIBUTING.md"), `Describe worker/${entry} in CONTRIBUTING.md`).toMatch(
        new RegExp(`^\\| \`${entry}/?\``, "m"),
      );
  });

  it.each(products.filter((path) => path.startsWith("worker/")))(
    "let %s import only from its own folder and those above",
    (path) => {
      const wrong = importsOf(path).filter(
        (other) => other.startsWith("worker/") && ORDER.indexOf(folderOf(other)) > ORDER.indexOf(folderOf(path)),
      );
      expect(wrong, `${folderOf(path)} may not import these: see the order in CONTRIBUTING.md`).toEqual([]);
    },
  );

  it.each(products)("let %s import nothing that is forbidden", (path) => {
    for (const [importer, imported, sentence] of FORBIDDEN) {
      if (!importer.test(path)) continue;
      expect(
        importsOf(path).filter((other) => imported.test(other)),
        sentence,
      ).toEqual([]);
    }
  });

  it("leave the router to worker/index.ts", () => {
    const bad = sources.filter((path) => packagesOf(path).includes("itty-router") && path !== "worker/index.ts");
    expect(bad, "Put routes into worker/index.ts").toEqual([]);
  });

  it("leave the wire contract with valibot alone", () => {
    const packages = files.filter((path) => path.startsWith("contract")).flatMap(packagesOf);
    expect([...new Set(packages)]).toEqual(["valibot"]);
  });

  it("leave cloudflare:workers to the Durable Objects", () => {
    const objects = [
      "storage/run-coordinator",
      "storage/temporary-link",
      "storage/locks",
      "storage/use/action-use",
      "run/long-run/long-run",
    ].map((name) => `worker/${name}.ts`);
    const bad = products.filter(
      (path) =>
        path.startsWith("worker/") && packagesOf(path).includes("cloudflare:workers") && !objects.includes(path),
    );
    expect(bad, "Put Durable Objects into files of their own").toEqual([]);
  });
});

describe("every action", () => {
  const actions = list("worker/actions").filter((path) => /^worker\/actions\/(?!index)[^/]+$/.test(path));
  it.each(actions)("%s is registered, tested and in the catalogue", (path) => {
    const id = path.split("/").at(-1)?.replace(".ts", "") ?? "";
    expect(read("worker/actions/index.ts"), `Add a line for ${id} to worker/actions/index.ts`).toContain(`./${id}.ts`);
    expect(files, `Write test/worker/actions/${id}.test.ts`).toContain(`test/worker/actions/${id}.test.ts`);
    expect(read(`test/worker/actions/${id}.test.ts`), "Start the test with describeAction").toContain(
      "describeAction(",
    );
    expect(read("README.md"), `Add a row for ${id} to the catalogue in README.md`).toMatch(
      new RegExp(`^\\| \\[?\`?${id}`, "m"),
    );
  });
});

describe("safety", () => {
  it("never turns text into markup", () => {
    const bad = products.filter((path) =>
      /\.(innerHTML|outerHTML)\b|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function/.test(read(path)),
    );
    expect(bad, "Create nodes and set their text").toEqual([]);
  });

  it("creates markup in one place", () => {
    const bad = products.filter((path) => /new Markup\(/.test(read(path)) && path !== "worker/pages/html.ts");
    expect(bad, "Use the html template").toEqual([]);
  });

  it("parses foreign data instead of asserting its type", () => {
    const code = (path: string) =>
      read(path).replace(/\/\/.*|\/\*[\s\S]*?\*\/|`[^`]*`|"[^"]*"|^(?:import\b|export (?:type )?[{*])[^;]*;/gm, "");
    const bad = products.filter((path) => /[\w)\]}] as (?!const\b)[\w{[(]/.test(code(path)));
    expect(bad, "Parse it with valibot").toEqual([]);
  });

  it("has the same colors for primary buttons in Kitsu and on the worker's pages, light and dark", () => {
    const colors = (path: string, name: string) =>
      [...read(path).matchAll(new RegExp(`--${name}: ?(#\\w+)`, "g"))].map(([, one]) => one);
    for (const name of ["accent", "on-accent"]) {
      const [ours, theirs] = ["userscript/ui/toast-style.css", "worker/pages/page-style.ts"].map((path) =>
        colors(path, name),
      );
      expect(new Set(ours).size, name).toBe(2);
      expect(new Set(theirs), name).toEqual(new Set(ours));
    }
  });

  it("documents in docs/storage.md what it stores", () => {
    const keys = [
      ...products.flatMap((path) =>
        [...read(path).matchAll(/["`](kitsu-actions:\w+|run\/|userscript(?=")|kitsu_actions_\w+)/g)].map(
          ([, key = ""]) => key,
        ),
      ),
    ];
    expect(new Set(keys).size).toBe(13);
    for (const key of keys) expect(read("docs/storage.md"), `Describe ${key} in docs/storage.md`).toContain(key);
  });
});

describe("the documents", () => {
  const readme = () => read("README.md");

  it("name only scripts that exist", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const named = [...readme().matchAll(/npm (?:run )?(start|test|(?<=run )[a-z:-]+)/g)].map(([, name = ""]) => name);
    expect(named).toEqual(expect.arrayContaining(["start", "test"]));
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it("state the oldest Zou that works, and the versions that are tested", () => {
    for (const document of ["README.md", "docs/deploy.md"])
      expect(read(document)).toMatch(
        new RegExp(`${OLDEST_ZOU} or later[^]*${OLDEST_ZOU} and ${NEWEST_ZOU}`.replaceAll(".", "\\.")),
      );
  });

  const documents = [
    ...["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "examples/README.md", "python/README.md"],
    // TypeDoc checks the links of the reference.
    ...list("docs").filter((path) => path.endsWith(".md") && !path.startsWith("docs/api/")),
  ];

  it("add the same tag to Kitsu's page by every server", () => {
    const examples = ["nginx", "caddy", "apache"].flatMap((server) => list(`examples/${server}`));
    expect(examples.length).toBeGreaterThan(3);
    const tag = '<script async src="/edge/kitsu-actions.js"></script>';
    for (const example of ["docs/script.md", ...examples.filter((path) => path.includes("kitsu-actions-script"))])
      expect(read(example).replaceAll('\\"', '"'), example).toContain(tag);
  });

  it("describe every setting", () => {
    const files = ["environment", "afanasy-settings", "flamenco-settings"].map((name) =>
      read(`worker/settings/${name}.ts`),
    );
    const names = files.flatMap((code) =>
      [...code.matchAll(/^ {2}([A-Z_]+): settingProblem\(/gm)].map(([, name]) => name),
    );
    expect(names.length).toBeGreaterThan(25);
    const page = read("docs/settings.md");
    expect(names.filter((name) => name !== "VERSION" && !page.includes(`\`${name}\``))).toEqual([]);
  });

  it("link only to files that exist", () => {
    for (const document of documents) {
      const links = [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = ""]) => path);
      const missing = links.filter(
        (path) => statSync(join(root, document, "..", path), { throwIfNoEntry: false }) === undefined,
      );
      expect(missing, `${document} has broken links`).toEqual([]);
    }
  });

  it("link only to headings that exist", () => {
    for (const document of documents) {
      const links = [...read(document).matchAll(/\]\((?!https?:)([^)#]*\.md)?#([^)]+)\)/g)];
      const missing = links.filter(
        ([, path, anchor = ""]) => !anchorsOf(path ? join(document, "..", path) : document).includes(anchor),
      );
      expect(
        missing.map(([link]) => link),
        `${document} has broken links`,
      ).toEqual([]);
    }
  });

  /** The anchors that GitHub gives to the headings of a document. */
  const anchorsOf = (document: string) =>
    [...read(document).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    );
});
