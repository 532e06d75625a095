/** Custom actions as Zou stores them. */
import { LONG_AGO } from "./time.ts";

export type CustomActionRow = {
  name: string;
  url: string | null;
  entity_type: string | null;
  is_ajax: boolean | null;
  id: string;
  created_at: string;
  updated_at: string;
  type: "CustomAction";
};

export type CustomActionMembers = Pick<CustomActionRow, "name" | "url" | "entity_type" | "is_ajax">;

export const customActionRow = (
  { id, name, url, entity_type, is_ajax }: CustomActionMembers & { id: string },
  dates: Pick<CustomActionRow, "created_at" | "updated_at"> = LONG_AGO,
): CustomActionRow => ({ name, url, entity_type, is_ajax, id, ...dates, type: "CustomAction" });
