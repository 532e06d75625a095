// The one script of our pages. It is served as a file, runs in the browser, and pages are whole without it.
import { takeAddress } from "./address.ts";
import { wakeCopyButtons } from "./copy.ts";
import { addCsvButtons } from "./csv.ts";
import { wakeSearch } from "./find.ts";
import { followRun } from "./follow.ts";
import { followLaunches } from "./launch.ts";
import { watchUserscript } from "./outdated.ts";
import { rememberAnswers } from "./remember.ts";

takeAddress();
wakeCopyButtons();
addCsvButtons();
wakeSearch();
rememberAnswers();
followLaunches();
followRun();
watchUserscript();
