// What each action costs in rounds, requests and operations. If a change makes it cheaper, write
// the new figures with "npx vitest run --project tree test/scripts -u" and
// "npm run bench -- --counts --write".
import { beforeAll, expect, it } from "vitest";
import { countAll } from "../../../scripts/bench/counts/count.ts";
import { WAYS } from "../../../scripts/bench/counts/studio.ts";
import { tabulateCounts, toFigures } from "../../../scripts/bench/counts/summary.ts";
import { readDocument, toMarkdown } from "../../../scripts/bench/document.ts";
import { drawTable, type Table } from "../../../scripts/table.ts";

let tables: Table[];

beforeAll(async () => {
  const figures = toFigures(await countAll());
  tables = WAYS.map((way) => tabulateCounts(figures, way));
}, 300_000);

it("asks no more of Kitsu, the farms, Durable Objects and KV than is written here", () => {
  expect(`\n${tables.map(({ head, rows }) => drawTable(head, rows)).join("\n\n")}\n`).toMatchInlineSnapshot(`
    "
    with a bot's account   before   rounds   Kitsu   others   objects   KV   all
    --------------------   ------   ------   -----   ------   -------   --   ---
    debug runs                  6        7      10        0         3    1    14
    statistics runs             6        7      12        0         3    1    16
    playlist runs               6        7       9        0         5    1    15
    comment asks                6        8      10        0         4    1    15
    comment confirms            6        9      11        0         4    1    16
    comment runs                6       24      36        0         4    1    41
    flamenco asks               6        7      10        1         5    1    17
    flamenco confirms           6       10      13        7         7    1    28
    flamenco runs               6       11      13        8       8+1    1    31
    afanasy asks                6        7      11        0         5    1    17
    afanasy confirms            6        9      17        0         8    1    26
    afanasy runs                6       10      20        0      10+1    1    32
    launch asks                 6        6       8        0         4    1    13
    launch runs                 6        8      12        0         4    1    17
    kabaret runs                6        7      10        0         5    1    16
    publish runs                6        7       8        1         4    1    14
    flamenco look 1                      2       0        6         0    0     6
    flamenco look 2                      3       0        8         0    0     8
    flamenco look 3                      1       0        3         0    0     3
    afanasy look 1                       3       0        4         0    0     4
    afanasy look 2                       1       0        1         0    0     1
    afanasy look 3                       1       0        1         0    0     1

    with the person's session   before   rounds   Kitsu   others   objects   KV   all
    -------------------------   ------   ------   -----   ------   -------   --   ---
    debug runs                       6        7      10        0         3    1    14
    statistics runs                  6        7      12        0         3    1    16
    playlist runs                    6        7       9        0         5    1    15
    comment asks                     6        8      10        0         4    1    15
    comment confirms                 6        9      11        0         4    1    16
    comment runs                     6       22      32        0         4    1    37
    flamenco asks                    6        7      10        1         5    1    17
    flamenco confirms                6       10      13        7         7    1    28
    flamenco runs                    6       11      13        8       8+1    1    31
    afanasy asks                     6        7      11        0         5    1    17
    afanasy confirms                 6        9      17        0         8    1    26
    afanasy runs                     6       10      20        0      10+1    1    32
    launch asks                      6        6       8        0         4    1    13
    launch runs                      6        8      12        0         4    1    17
    kabaret runs                     6        7      10        0         5    1    16
    publish runs                     6        7       8        1         4    1    14
    flamenco look 1                           2       0        6         0    0     6
    flamenco look 2                           3       0        8         0    0     8
    flamenco look 3                           1       0        3         0    0     3
    afanasy look 1                            3       0        4         0    0     4
    afanasy look 2                            1       0        1         0    0     1
    afanasy look 3                            1       0        1         0    0     1
    "
  `);
});

it("is what docs/performance.md says", async () => {
  const document = await readDocument();
  for (const table of tables) expect(document, 'Run "npm run bench -- --counts --write"').toContain(toMarkdown(table));
});
