/**
 * Replaces the KV binding for the measurement without the log: in workerd, a module can make a
 * binding.
 */
export default () => ({ put: async () => undefined });
