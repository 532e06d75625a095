// How the Zou in memory lists a task's comments, and takes the previews that come with them: first the preview, then its file.
import { broken, type FakeZou, forbidden, json, notFound, type Row } from "./zou.ts";

type Asked = { method: string; path: string; body: unknown; seesTask(task: Row): boolean };

const LIST = /^\/data\/tasks\/([^/]+)\/comments$/;
const PREVIEW = /^\/actions\/tasks\/([^/]+)\/comments\/([^/]+)\/(?:add-preview|preview-files\/([^/]+))$/;
const UPLOAD = /^\/pictures\/preview-files\/([^/]+)$/;

/** Nothing for what is about neither. */
export function answerPreviews(
  zou: FakeZou,
  caller: Row,
  { method, path, body, seesTask }: Asked,
): Response | undefined {
  const [, listed] = LIST.exec(path) ?? [];
  if (method === "GET" && listed !== undefined) {
    const task = zou.tasks.get(listed);
    if (task === undefined) return notFound();
    return seesTask(task) ? json(listComments(zou, listed)) : forbidden();
  }
  const [, taskId, commentId, previewId] = PREVIEW.exec(path) ?? [];
  if (taskId !== undefined) {
    const comment = zou.comments.find(({ id }) => id === commentId);
    if (comment === undefined || !zou.tasks.has(taskId)) return notFound();
    if (method === "DELETE" && previewId !== undefined) {
      zou.previews.delete(previewId);
      return new Response(null, { status: 204 });
    }
    const preview = {
      id: crypto.randomUUID(),
      task_id: taskId,
      comment_id: commentId,
      person_id: caller.id,
      original_name: null,
    };
    zou.previews.set(preview.id, preview);
    return json(preview, 201);
  }
  const [, uploaded] = UPLOAD.exec(path) ?? [];
  return uploaded === undefined || method !== "POST" ? undefined : takeFile(zou, uploaded, body);
}

const listComments = (zou: FakeZou, taskId: string) =>
  zou.comments
    .filter(({ object_id }) => object_id === taskId)
    .toReversed()
    .map((comment) => ({
      ...comment,
      previews: [...zou.previews.values()].filter(({ comment_id }) => comment_id === comment.id),
    }));

function takeFile(zou: FakeZou, previewId: string, body: unknown): Response {
  const preview = zou.previews.get(previewId);
  if (preview === undefined) return notFound();
  const file = body instanceof FormData ? body.get("file") : undefined;
  if (!(file instanceof File)) return broken();
  if (preview.original_name !== null) return json({ error: true, message: "Reupload not allowed", data: null }, 400);
  const [name, extension = ""] = file.name.split(".");
  if (!["png", "jpg", "jpeg", "jpe"].includes(extension)) {
    zou.previews.delete(previewId);
    return json({ error: true, message: `Wrong file format, extension: ${extension}`, data: null }, 400);
  }
  Object.assign(preview, { original_name: name, extension: "png", file_size: file.size });
  return json(preview, 201);
}
