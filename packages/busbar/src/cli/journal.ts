export function declareJournal(..._: unknown[]): void {}
