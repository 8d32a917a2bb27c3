// The only source of chance that is not for secrets (those come from node:crypto where they are needed).

/** Uniform in [0, 1). */
export type Random = () => number

export const systemRandom: Random = () => Math.random()
