// Publishes a picture with a comment. In Zou that is two steps, a preview and then its file, and a preview whose file never came stays in Kitsu as
// an empty frame: one that was begun is finished, and one that can't be is taken away again.
import * as v from "valibot";
import { Failure } from "../failure.ts";
import type { TaskComment } from "./comments.ts";
import type { Zou } from "./zou.ts";

export type Picture = Uint8Array<ArrayBuffer>;

/** It is in memory twice while it is sent. */
export const PICTURE_MAX_BYTES = 20 * 1_024 * 1_024;

/** What Zou makes thumbnails of, by how a file of it begins; whatever else it takes is shown as a file to download. */
const BEGINNINGS: readonly [extension: string, bytes: readonly number[]][] = [
  ["png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["jpg", [0xff, 0xd8, 0xff]],
];

const Made = v.object({ id: v.string() });

/** Attaches it, once: where the comment has a whole preview already nothing is done. Throws a Failure where Zou does not take it. */
export async function publishPicture(zou: Zou, taskId: string, comment: TaskComment, picture: Picture): Promise<void> {
  if (hasPreview(comment)) return;
  const extension = readFormat(picture);
  const [begun] = comment.previews;
  const path = `/actions/tasks/${encodeURIComponent(taskId)}/comments/${encodeURIComponent(comment.id)}`;
  const { id } = begun ?? (await zou.write("POST", `${path}/add-preview`, {}, Made));
  const form = new FormData();
  // Zou keeps the name without its ending, by which it is known that the file came.
  form.append(
    "file",
    new Blob([picture], { type: extension === "png" ? "image/png" : "image/jpeg" }),
    `rendered.${extension}`,
  );
  try {
    await zou.write("POST", `/pictures/preview-files/${encodeURIComponent(id)}`, form, v.unknown());
  } catch (thrown) {
    // Without an answer the file may have arrived: whoever calls again finds out.
    if (isUnanswered(thrown)) throw thrown;
    await zou
      .write("DELETE", `${path}/preview-files/${encodeURIComponent(id)}`, undefined, v.unknown())
      .catch(() => undefined);
    throw thrown;
  }
}

export const hasPreview = ({ previews }: TaskComment) =>
  previews.some(({ original_name }) => original_name !== undefined);

/** Nobody knows what Zou made of it. */
export const isUnanswered = (thrown: unknown) =>
  !(thrown instanceof Failure) || thrown.code === "kitsu-unreachable" || thrown.code === "kitsu-timeout";

/** The bytes are believed, not what they are called: farms' proxies answer pages of HTML under a picture's name. */
function readFormat(picture: Picture): string {
  const [extension] = BEGINNINGS.find(([, bytes]) => bytes.every((byte, index) => picture[index] === byte)) ?? [];
  if (extension === undefined) throw refuse("The picture is neither a PNG nor a JPEG");
  if (picture.length > PICTURE_MAX_BYTES)
    throw refuse(`The picture has more than ${PICTURE_MAX_BYTES / 1_024 / 1_024} MB`);
  return extension;
}

const refuse = (why: string) => new Failure("kitsu-refused", { text: `${why}.` });
