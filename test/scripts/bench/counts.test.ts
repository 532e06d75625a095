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
    with a bot's account   before   rounds    Kitsu   others   objects   KV       all
    --------------------   ------   ------   ------   ------   -------   --   -------
    debug runs              2 > 1    3 > 2   11 > 5        0         4    1   16 > 10
    statistics runs         2 > 1    3 > 1   11 > 4        0         4    1    16 > 9
    playlist runs           2 > 1    3 > 2   10 > 5        0         6    1   17 > 12
    comment asks            2 > 1    2 > 1    9 > 4        0     3 > 2    0    12 > 6
    comment confirms        2 > 1    2 > 1    9 > 4        0     3 > 2    0    12 > 6
    comment runs            3 > 2    5 > 4   12 > 9        0         5    1   18 > 15
    flamenco asks               2        3   10 > 4        1     4 > 3    0    15 > 8
    flamenco confirms       2 > 1    4 > 3   11 > 5    6 > 4     4 > 3    0   21 > 12
    flamenco runs           2 > 1    4 > 2   11 > 5    6 > 0       6+1    1   25 > 13
    afanasy asks            2 > 1    3 > 2   11 > 5        0     4 > 3    0    15 > 8
    afanasy confirms        2 > 1    3 > 2   11 > 5        0     4 > 3    0    15 > 8
    afanasy runs            2 > 1    3 > 2   11 > 5        0       6+1    1   19 > 13
    launch asks             2 > 1    2 > 1    9 > 4        0     3 > 2    0    12 > 6
    launch runs             2 > 1    3 > 2   12 > 6        0         5    1   18 > 12
    kabaret runs            2 > 1    3 > 1   10 > 4        0         6    1   17 > 11
    publish runs            2 > 1    3 > 2    9 > 4        1         5    1   16 > 11
    flamenco poll 1                      2        0        6         0    0         6
    flamenco poll 2                      1        0        3         0    0         3
    flamenco poll 3                      1        0        3         0    0         3
    afanasy poll 1                       3        0        4         0    0         4
    afanasy poll 2                       1        0        1         0    0         1
    afanasy poll 3                       1        0        1         0    0         1

    with the person's session   before   rounds    Kitsu   others   objects   KV       all
    -------------------------   ------   ------   ------   ------   -------   --   -------
    debug runs                   2 > 1    3 > 2   11 > 5        0         4    1   16 > 10
    statistics runs              2 > 1    3 > 1   11 > 4        0         4    1    16 > 9
    playlist runs                2 > 1    3 > 2   10 > 5        0         6    1   17 > 12
    comment asks                 2 > 1    2 > 1    9 > 4        0     3 > 2    0    12 > 6
    comment confirms             2 > 1    2 > 1    9 > 4        0     3 > 2    0    12 > 6
    comment runs                     2        4   11 > 8        0         5    1   17 > 14
    flamenco asks                    2        3   10 > 4        1     4 > 3    0    15 > 8
    flamenco confirms            2 > 1    4 > 3   11 > 5    6 > 4     4 > 3    0   21 > 12
    flamenco runs                2 > 1    4 > 2   11 > 5    6 > 0       6+1    1   25 > 13
    afanasy asks                 2 > 1    3 > 2   11 > 5        0     4 > 3    0    15 > 8
    afanasy confirms             2 > 1    3 > 2   11 > 5        0     4 > 3    0    15 > 8
    afanasy runs                 2 > 1    3 > 2   11 > 5        0       6+1    1   19 > 13
    launch asks                  2 > 1    2 > 1    9 > 4        0     3 > 2    0    12 > 6
    launch runs                  2 > 1    3 > 2   12 > 6        0         5    1   18 > 12
    kabaret runs                 2 > 1    3 > 1   10 > 4        0         6    1   17 > 11
    publish runs                 2 > 1    3 > 2    9 > 4        1         5    1   16 > 11
    flamenco poll 1                           2        0        6         0    0         6
    flamenco poll 2                           1        0        3         0    0         3
    flamenco poll 3                           1        0        3         0    0         3
    afanasy poll 1                            3        0        4         0    0         4
    afanasy poll 2                            1        0        1         0    0         1
    afanasy poll 3                            1        0        1         0    0         1
    "
  `);
});

it("is what docs/performance.md says", async () => {
  const document = await readDocument();
  for (const table of tables) expect(document, 'Run "npm run bench -- --counts --write"').toContain(toMarkdown(table));
});
