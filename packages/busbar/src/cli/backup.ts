export function declareBackup(..._: unknown[]): void {}
export function declareRestore(..._: unknown[]): void {}
