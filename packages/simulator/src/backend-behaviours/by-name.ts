// Every backend behaviour by the name under which `busbar simulate backend --behaviour` knows it. What it needs to know
// follows the name behind colons: `slow:500`, `silent:MeterValues`, `call-error:StartTransaction:3`.

import type { BackendBehaviour } from '../actors/backend-state.ts'
import { pendingBoot, rejectBoot } from './boots.ts'
import { callError } from './call-error.ts'
import { closesAfter } from './closes-after.ts'
import { refusesSecondCall, strictOneCall } from './one-call.ts'
import { silent } from './silent.ts'
import { slow } from './slow.ts'

interface Row {
  /** How it is written, with what may follow. */
  readonly form: string
  readonly make: (given: readonly string[]) => BackendBehaviour | null
}

const rows: Readonly<Record<string, Row>> = {
  slow: {
    form: 'slow[:MILLISECONDS[:ACTION]]',
    make: ([ms = '500', action]) => withNumber(ms, (value) => slow(value, action === undefined ? null : [action])),
  },
  silent: { form: 'silent[:ACTION]', make: ([action]) => silent(action === undefined ? null : [action]) },
  'pending-boot': {
    form: 'pending-boot[:TIMES[:SECONDS]]',
    make: ([times = '1', seconds = '10']) =>
      withNumber(times, (count) => withNumber(seconds, (interval) => pendingBoot(count, interval))),
  },
  'reject-boot': {
    form: 'reject-boot[:TIMES[:SECONDS]]',
    make: ([times = '1', seconds = '10']) =>
      withNumber(times, (count) => withNumber(seconds, (interval) => rejectBoot(count, interval))),
  },
  'call-error': {
    form: 'call-error:ACTION[:TIMES]',
    make: ([action, times = '1']) =>
      action === undefined ? null : withNumber(times, (count) => callError(action, count)),
  },
  'closes-after': {
    form: 'closes-after:CALLS[:TIMES]',
    make: ([calls = '', times]) =>
      withNumber(calls, (count) =>
        times === undefined ? closesAfter(count) : withNumber(times, (most) => closesAfter(count, most)),
      ),
  },
  'refuses-second-call': { form: 'refuses-second-call', make: () => refusesSecondCall },
  'strict-one-call': { form: 'strict-one-call', make: () => strictOneCall },
}

/** How each behaviour is written. */
export const backendBehaviourForms: readonly string[] = Object.values(rows).map((row) => row.form)

/** The behaviour that a text such as `slow:500` names, or null when there is none or its numbers are none. */
export function backendBehaviourNamed(text: string): BackendBehaviour | null {
  const [name = '', ...given] = text.split(':')
  return Object.hasOwn(rows, name) ? (rows[name]?.make(given) ?? null) : null
}

function withNumber(text: string, make: (value: number) => BackendBehaviour | null): BackendBehaviour | null {
  return /^\d{1,9}$/.test(text) ? make(Number(text)) : null
}
