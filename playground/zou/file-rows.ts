/** Published files and working files as Zou stores them. */
import { LONG_AGO } from "./time.ts";

export type OutputFileRow = ReturnType<typeof outputFileRow>;
export type WorkingFileRow = ReturnType<typeof workingFileRow>;

type Common = { id: string; entity_id: string; person_id: string; revision: number; path: string };

const COMMON = {
  shotgun_id: null,
  name: "main",
  size: null,
  checksum: null,
  description: null,
  comment: null,
  data: null,
  ...LONG_AGO,
};

export const outputFileRow = (
  row: Common & {
    extension: string;
    nb_elements: number;
    file_status_id: string;
    output_type_id: string;
    task_type_id: string;
  },
) => ({
  ...COMMON,
  canceled: false,
  quality: null,
  representation: "",
  source: null,
  asset_instance_id: null,
  source_file_id: null,
  source_file: null,
  temporal_entity_id: null,
  type: "OutputFile",
  ...row,
});

export const workingFileRow = (row: Common & { task_id: string; software_id: string }) => ({
  ...COMMON,
  validation_status: "neutral",
  outputs: [],
  type: "WorkingFile",
  ...row,
});

export const OUTPUT_FILE_COLUMNS = ["id", "entity_id", "task_type_id", "name", "revision", "person_id", "canceled"];
export const WORKING_FILE_COLUMNS = ["id", "entity_id", "task_id", "name", "revision", "person_id"];
