// Reads recorded files and previews of many tasks at once. Zou shows recorded files to a project's
// team, but not to vendors.
import * as v from "valibot";
import { Failure } from "../format/failure.ts";
import { IDS_MAX, type Zou } from "./zou.ts";
import { OutputFile, PreviewFile, WorkingFile } from "./zou-objects.ts";

/** Published, or in progress. */
type FileKind = "output" | "working";

/** `path` is unchecked: it may lead anywhere. */
export type RecordedFile = { path: string; revision: number; extension: string | undefined };

export type RecordedFiles = {
  /** newest first */
  of(task: { taskId: string; entityId: string; taskTypeId: string }): readonly RecordedFile[];
  /** Zou does not show recorded files to this account */
  isHidden: boolean;
};

const NOTHING: RecordedFiles = { of: () => [], isHidden: false };

/** Reads the recorded files of these tasks, with 80 ids in each request. */
export async function readRecordedFiles(
  zou: Zou,
  kind: FileKind,
  tasks: readonly { taskId: string; entityId: string }[],
): Promise<RecordedFiles> {
  try {
    return kind === "output" ? await readOutputs(zou, tasks) : await readWorking(zou, tasks);
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.code === "kitsu-forbidden") return { ...NOTHING, isHidden: true };
    throw thrown;
  }
}

/** An output belongs to an entity and a task type. */
async function readOutputs(zou: Zou, tasks: readonly { entityId: string }[]): Promise<RecordedFiles> {
  const rows = await readMany(
    zou,
    "/data/output-files",
    "entity_id",
    tasks.map(({ entityId }) => entityId),
    OutputFile,
  );
  const files = Map.groupBy(
    rows.filter(({ canceled }) => !canceled).toSorted(byAge),
    (row) => `${row.entity_id} ${row.task_type_id}`,
  );
  return {
    isHidden: false,
    of: ({ entityId, taskTypeId }) => (files.get(`${entityId} ${taskTypeId}`) ?? []).flatMap(toRecorded),
  };
}

async function readWorking(zou: Zou, tasks: readonly { taskId: string }[]): Promise<RecordedFiles> {
  const rows = await readMany(
    zou,
    "/data/working-files",
    "task_id",
    tasks.map(({ taskId }) => taskId),
    WorkingFile,
  );
  const files = Map.groupBy(rows.toSorted(byAge), (row) => row.task_id ?? "");
  return { isHidden: false, of: ({ taskId }) => (files.get(taskId) ?? []).flatMap(toRecorded) };
}

/** Reads any number of previews by id. */
export async function readPreviewFiles(zou: Zou, ids: readonly string[]): Promise<ReadonlyMap<string, PreviewFile>> {
  const rows = await readMany(zou, "/data/preview-files", "id", ids, PreviewFile);
  return new Map(rows.map((row) => [row.id, row]));
}

async function readMany<S extends v.GenericSchema>(
  zou: Zou,
  path: string,
  column: string,
  values: readonly string[],
  schema: S,
): Promise<v.InferOutput<S>[]> {
  const unique = [...new Set(values)];
  const batches = Array.from({ length: Math.ceil(unique.length / IDS_MAX) }, (_, index) =>
    unique.slice(index * IDS_MAX, (index + 1) * IDS_MAX),
  );
  const read = (batch: readonly string[]) =>
    zou.read(`${path}?${column}=${encodeURIComponent(JSON.stringify(batch))}`, v.array(schema));
  return (await Promise.all(batches.map(read))).flat();
}

type Aged = { revision: number; updated_at?: string | undefined };

const byAge = (a: Aged, b: Aged) => b.revision - a.revision || (b.updated_at ?? "").localeCompare(a.updated_at ?? "");

const toRecorded = ({
  path,
  revision,
  extension,
}: {
  path?: string | undefined;
  revision: number;
  extension?: string | undefined;
}) => (path === undefined || path === "" ? [] : [{ path, revision, extension }]);
