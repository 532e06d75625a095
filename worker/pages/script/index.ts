// The one script of our pages. It is served as a file, runs in the browser, and pages are whole
// without it.

import { wakeCopyButtons } from "./copy-buttons.ts";
import { addCsvButtons } from "./csv-buttons.ts";
import { followRun } from "./live-updates.ts";
import { watchUserscript } from "./outdated.ts";
import { rememberAnswers } from "./remembered-answers.ts";
import { takeAddress } from "./run-address.ts";
import { followLaunches } from "./start-program.ts";
import { wakeSearch } from "./table-search.ts";

takeAddress();
wakeCopyButtons();
addCsvButtons();
wakeSearch();
rememberAnswers();
followLaunches();
followRun();
watchUserscript();
