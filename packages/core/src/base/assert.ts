/**
 * Stops on a broken assumption of our own code; never used for anything a peer or a user can cause.
 * @param condition what must hold
 * @param sentence what was assumed, in words
 */
export function assert(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(`assumption broken: ${sentence}`)
}
