/** Comments as Zou stores them. */

export type CommentRow = ReturnType<typeof commentRow>;

type Members = {
  object_id: string;
  task_status_id: string;
  person_id: string;
  text: string;
  created_at: string;
  mentions: readonly string[];
  department_mentions: readonly string[];
};

export const commentRow = ({ created_at, ...members }: Members) => ({
  shotgun_id: null,
  object_type: "Task",
  data: null,
  replies: [],
  checklist: [],
  pinned: null,
  for_client: false,
  links: [],
  editor_id: null,
  preview_file_id: null,
  previews: [],
  id: crypto.randomUUID(),
  ...members,
  created_at,
  updated_at: created_at,
  type: "Comment",
  acknowledgements: [],
  attachment_files: [],
});
