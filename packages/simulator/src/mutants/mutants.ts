// Deliberate sabotage of the product, one line each. A run asserts that every mutant is found within its budget: without
// them one would believe a weak simulator. They change the source as it is loaded and leave no trace in what ships; a
// mutant whose line is no longer there fails the run, so that the list cannot rot.

export interface Mutant {
  readonly name: string
  /** Path under packages/. */
  readonly file: string
  /** Must stand in the file exactly once. */
  readonly find: string
  readonly replace: string
  /** Names of the checks that may find it, by the beginning of their name. */
  readonly foundBy: readonly string[]
}

export const mutants: readonly Mutant[] = [
  {
    name: 'an answer does not wait for the disk',
    file: 'core/src/path/answer.ts',
    find: 'hold: call.position',
    replace: 'hold: 0',
    foundBy: ['answered is remembered'],
  },
  {
    name: 'the gate takes the journal at its word before the commit',
    file: 'busbar/src/engine/gate.ts',
    find: 'hold <= this.#synced || this.#open',
    replace: 'hold <= this.#synced + 3 || this.#open',
    foundBy: ['answered is remembered'],
  },
  {
    name: 'a command overtakes an answer that waits for the disk',
    file: 'busbar/src/engine/gate.ts',
    find: 'if (lane.held === null && (hold',
    replace: 'if ((hold',
    foundBy: ['answers are not overtaken'],
  },
  {
    name: 'two calls are in flight to a backend',
    file: 'core/src/path/deliver.ts',
    find: '(isNext && slotIsFree(outbox))',
    replace: 'isNext',
    foundBy: ['one call at a time'],
  },
  {
    name: 'two commands are open at a station',
    file: 'core/src/command/in-flight.ts',
    find: 'if (commands.open !== null || commands.waiting.length === 0) return null',
    replace: 'if (commands.waiting.length === 0) return null',
    foundBy: ['one call at a time', 'ids do not collide'],
  },
  {
    name: 'an impatient origin frees the slot of a station that was just asked',
    file: 'core/src/command/in-flight.ts',
    find: 'return Math.max(open.deadlineMono, open.sentMono + STATION_PATIENCE_MS)',
    replace: 'return open.deadlineMono',
    foundBy: ['one call at a time'],
  },
  {
    name: 'a taken id is used again towards a station',
    file: 'core/src/path/deliver.ts',
    find: 'if (commandIdIsTaken(commands, command.wire.key)) command.wire = freshId(step)',
    replace: '',
    foundBy: ['ids do not collide', 'answers find their asker'],
  },
  {
    name: 'a replaced id is not mapped back',
    file: 'core/src/path/answer.ts',
    find: 'const answer = rename(raw, frame.id, command.id)',
    replace: 'const answer = raw',
    foundBy: ['answers find their asker'],
  },
  {
    name: 'messages are written anew instead of passed on',
    file: 'core/src/path/deliver.ts',
    find: 'const frame = translate(renamed, station.link.ocpp, link.ocpp)',
    replace: 'const frame = { text: JSON.stringify(JSON.parse(renamed.text)), bytes: null }',
    foundBy: ['bytes are unchanged'],
  },
  {
    name: 'the journal remembers something else than what came',
    file: 'core/src/path/record.ts',
    find: 'raw: text,',
    replace: "raw: text.replaceAll(' ', ''),",
    foundBy: ['everything is on record', 'answered is remembered'],
  },
  {
    name: 'what was in flight is forgotten with its link',
    file: 'core/src/outbox/outbox.ts',
    find: 'outbox.waiting.unshift(call)',
    replace: '',
    foundBy: ['what was in flight is repeated'],
  },
  {
    name: 'a held call jumps the queue',
    file: 'core/src/outbox/outbox.ts',
    find: 'outbox.waiting.push(call)',
    replace: 'outbox.waiting.unshift(call)',
    foundBy: ['order is kept'],
  },
  {
    name: 'the close of an old connection ends the new one',
    file: 'core/src/station/station-link.ts',
    find: "if (station.link.phase !== 'up' || station.link.epoch !== input.epoch) return",
    replace: "if (station.link.phase !== 'up') return",
    foundBy: ['nothing is stranded', 'a transparent station falls', 'silence does not block', 'what was in flight'],
  },
  {
    name: 'calls of an old connection are answered on the new one',
    file: 'core/src/station/station-link.ts',
    find: 'for (const call of abandon(station.outbox)) {',
    replace: 'for (const call of [] as ReturnType<typeof abandon>) {',
    foundBy: ['answers come from backends', 'nothing is stranded', 'order is kept'],
  },
  {
    name: 'a resilient station falls with its backend',
    file: 'core/src/station/backend-link.ts',
    find: "station.route?.mode !== 'transparent'",
    replace: "station.route?.mode === 'transparent'",
    foundBy: ['a resilient station stays', 'a transparent station falls'],
  },
  {
    name: 'a transparent station stays when its backend is lost',
    file: 'core/src/station/backend-link.ts',
    find: "step.effects.push({ kind: 'closeStation', epoch: station.link.epoch, code: sendableCode(code), reason })",
    replace: '',
    foundBy: ['a transparent station falls'],
  },
  {
    name: 'a stale redial timer dials once more',
    file: 'core/src/station/backend-link.ts',
    find: "if ((link.phase === 'waiting' || link.phase === 'refused') && link.attempt === attempt) {",
    replace: "if (link.phase !== 'off' && attempt > 0) {",
    foundBy: ['nothing is stranded', 'a transparent station falls', 'commands are not forgotten'],
  },
  {
    name: 'commands that cannot be sent are forgotten',
    file: 'core/src/path/frame-path.ts',
    find: 'if (!deliverToStation(station, command, step)) {',
    replace: 'if (!deliverToStation(station, command, step) && step.now.mono < 0) {',
    foundBy: ['commands are not forgotten'],
  },
  {
    name: 'a backend that swallows a call blocks all others',
    file: 'core/src/outbox/outbox.ts',
    find: 'CALL_OVERDUE_MS = 30_000',
    replace: 'CALL_OVERDUE_MS = 300_000',
    foundBy: ['silence does not block'],
  },
]
