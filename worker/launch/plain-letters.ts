// Letters of all languages that are safe in commands. They have no meaning for the shells of Linux and macOS.
// Windows converts letters that its code page lacks to ASCII, and some letters and marks become a quote, a
// bar or a backtick: those are excluded here, like all punctuation and symbols.

/** The same list as in examples/afanasy-relay. */
const LOOKALIKES = "\\u01c0-\\u01c3\\u02b0-\\u036f\\u0374\\u037a\\u0559";

/** A character class of letters, their marks and digits, for regular expressions with the flag "v". */
export const LETTERS = `[[\\p{L}\\p{Mn}\\p{Mc}\\p{Nd}]--[${LOOKALIKES}]]`;
