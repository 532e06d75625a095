import { kitsuActions } from "kitsu-actions/vitest";

export default kitsuActions();
