/** Everyone who ever had a job, with the defaults of afserver 3.4.1. */

export type AfUser = {
  name: string;
  id: number;
  errors_retries: number;
  errors_avoid_host: number;
  errors_task_same_host: number;
  errors_forgive_time: number;
};

export const newUser = (name: string, id: number): AfUser => ({
  ...{ name, id, errors_retries: 3, errors_avoid_host: 3, errors_task_same_host: 3, errors_forgive_time: 18_000 },
});
