// Letters of all languages, in names that end up in commands. To the shells of Linux and macOS they mean nothing. Windows makes ASCII of what its code
// page lacks, and of some letters and marks a quote, a bar or an accent grave: those are none here. Punctuation and symbols never are.

/** As the relay of examples/afanasy-relay has them. */
const LOOKALIKES = "\\u01c0-\\u01c3\\u02b0-\\u036f\\u0374\\u037a\\u0559";

/** The inside of a character class that is a letter, a mark of one, or a digit; for expressions with the flags "v". */
export const LETTERS = `[[\\p{L}\\p{Mn}\\p{Mc}\\p{Nd}]--[${LOOKALIKES}]]`;
