/** A minimal worker. The speed of the others is given as a ratio to it. */
export default {
  fetch: () => Response.json({ message: "hello" }),
};
