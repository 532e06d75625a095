/** What the worker fills into the userscript it serves. */
export type UserscriptConfig = {
  /** "1.2.3.1795456205": grows with every deploy and every change of configuration */
  version: string;
  /** the worker's own address with its path prefix, without a slash at the end */
  worker: string;
  /** the origins of the studio's Kitsu */
  kitsu: readonly string[];
  /** what `isOpenable` is asked with */
  schemes: readonly string[];
};
