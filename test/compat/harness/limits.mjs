/** How many tests of one file are under way at once. */
export const LANES = 8;

/** A test that takes longer (ms) hangs: what it waits for has a limit of its own, and the longest has 100 rounds. */
export const HANGS = 3_600_000;
