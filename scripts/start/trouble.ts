/** Why npm start does not come up, in a sentence for the person at the terminal. */
export class Trouble extends Error {}
