/** The least a worker can do. What anything else costs is said as a ratio to it. */
export default {
  fetch: () => Response.json({ message: "hello" }),
};
