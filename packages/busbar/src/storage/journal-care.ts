// Looking after a store: what `busbar journal verify|export|import`, `busbar backup` and `busbar restore` do, as plain
// functions. Import and restore want the data folder to be held by this process (`takeDataFolder`); the others work beside
// a running broker.

export { backupJournal, backupRunning, restoreJournal } from './journal-backup.ts'
export { exportJournal, importJournal } from './journal-exchange.ts'
export { verifyJournal, verifyStore } from './journal-verify.ts'
