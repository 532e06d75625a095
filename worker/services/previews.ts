// Publishes a picture with a comment. Zou needs two steps: add a preview, then upload its file. A
// preview without a file stays in Kitsu as an empty frame, so an unfinished one is finished or
// removed.
import * as v from "valibot";
import { Failure } from "../format/failure.ts";
import { message, type Text } from "../format/message.ts";
import type { TaskComment } from "./comments.ts";
import { MIB } from "./http.ts";
import type { Zou } from "./zou.ts";

export type Picture = Uint8Array<ArrayBuffer>;

/** A picture is in memory twice while it is sent. */
export const PICTURE_MAX_BYTES = 20 * MIB;

/**
 * First bytes of the formats that Zou makes thumbnails of. It offers other files only for download.
 */
const SIGNATURES: readonly [extension: string, bytes: readonly number[]][] = [
  ["png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["jpg", [0xff, 0xd8, 0xff]],
];

const CreatedPreview = v.object({ id: v.string() });

/**
 * Attaches the picture, unless the comment already has one. Throws a Failure if Zou does not accept
 * it.
 */
export async function publishPicture(zou: Zou, taskId: string, comment: TaskComment, picture: Picture): Promise<void> {
  if (hasUploadedPreview(comment)) return;
  const extension = readFormat(picture);
  const [unfinished] = comment.previews;
  const path = `/actions/tasks/${encodeURIComponent(taskId)}/comments/${encodeURIComponent(comment.id)}`;
  const { id } = unfinished ?? (await zou.write("POST", `${path}/add-preview`, {}, CreatedPreview));
  const form = new FormData();
  // Zou stores the file name without its extension. `hasPreview` checks for it.
  form.append(
    "file",
    new Blob([picture], { type: extension === "png" ? "image/png" : "image/jpeg" }),
    `rendered.${extension}`,
  );
  try {
    await zou.write("POST", `/pictures/preview-files/${encodeURIComponent(id)}`, form, v.unknown());
  } catch (thrown) {
    // Without an answer the file may have arrived. The next call finds out.
    if (isUnanswered(thrown)) throw thrown;
    await zou
      .write("DELETE", `${path}/preview-files/${encodeURIComponent(id)}`, undefined, v.unknown())
      .catch(() => undefined);
    throw thrown;
  }
}

export const hasUploadedPreview = ({ previews }: TaskComment) =>
  previews.some(({ original_name }) => original_name !== undefined);

/** Zou may have done what it was asked to. */
export const isUnanswered = (thrown: unknown) =>
  !(thrown instanceof Failure) || thrown.code === "kitsu-unreachable" || thrown.code === "kitsu-timeout";

/** Checks the bytes, not the name: proxies of farms answer HTML under a picture's name. */
function readFormat(picture: Picture): string {
  const [extension] = SIGNATURES.find(([, bytes]) => bytes.every((byte, index) => picture[index] === byte)) ?? [];
  if (extension === undefined) throw refuse(message("kitsu.pictureFormat"));
  if (picture.length > PICTURE_MAX_BYTES)
    throw refuse(message("kitsu.pictureTooLarge", { megabytes: PICTURE_MAX_BYTES / MIB }));
  return extension;
}

const refuse = (text: Text) => new Failure("kitsu-refused", { text });
