// The script of our pages, served as a file. Pages work without it.

import { continueForm } from "./continue-form.ts";
import { enableCopyButtons } from "./copy-buttons.ts";
import { addCsvButtons } from "./csv-buttons.ts";
import { showLastScript } from "./last-script.ts";
import { followRun } from "./live-updates.ts";
import { watchUserscriptVersion } from "./outdated.ts";
import { rememberAnswers } from "./remembered-answers.ts";
import { adoptRunAddress } from "./run-address.ts";
import { searchFurther } from "./search-further.ts";
import { startPrograms } from "./start-program.ts";
import { enableTableSearch } from "./table-search.ts";

adoptRunAddress();
enableCopyButtons();
addCsvButtons();
enableTableSearch();
rememberAnswers();
startPrograms();
followRun();
watchUserscriptVersion();
showLastScript();
searchFurther();
continueForm();
