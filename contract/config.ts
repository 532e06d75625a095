/** The configuration that the worker writes into the script when it serves it. */
export type UserscriptConfig = {
  /** "1.2.3.1795456205": increases with every deployment and every change of configuration */
  version: string;
  /** the worker's own address with its path prefix, without a trailing slash */
  worker: string;
  /** the origins of the studio's Kitsu */
  kitsu: readonly string[];
  /** the schemes for `isOpenable` */
  schemes: readonly string[];
  /** the languages that the worker has, such as "en"; older workers don't list them */
  languages?: readonly string[];
  /** "tag": it is part of Kitsu's page. If absent, a userscript manager runs it. */
  way?: "tag";
};
