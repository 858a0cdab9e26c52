/**
 * How long (ms) anything that must happen may take before it counts as never: far longer than a
 * machine that is busy with other things needs. A passing test does not wait for it.
 */
export const patience = 180_000;
