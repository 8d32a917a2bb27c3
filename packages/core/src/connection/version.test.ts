import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import { chooseVersion, readOffer, type VersionChoice } from './version.ts'

type Row = readonly [
  offered: readonly string[],
  listed: readonly Subprotocol[] | null,
  agreed: Subprotocol | null,
  assume: Subprotocol | null,
  outcome: string,
]

/** `chosen 1.6` or `ask 2.1 2.0.1`, for rows one can read. */
function spell(choice: VersionChoice): string {
  if (choice.kind === 'noneOffered') return 'none offered'
  if (choice.kind === 'nothingInCommon') return 'nothing in common'
  const versions = choice.offer.map((version) => version.slice(4)).join(' ')
  return `${choice.kind === 'askPrimary' ? 'ask' : choice.announced ? 'chosen' : 'assumed'} ${versions}`
}

const v16 = 'ocpp1.6'
const v201 = 'ocpp2.0.1'
const v21 = 'ocpp2.1'

const rows: readonly Row[] = [
  // The primary's versions are listed.
  [[v16], [v16], null, null, 'chosen 1.6'],
  [[v201, v16], [v16, v201], null, null, 'chosen 2.0.1 1.6'],
  [[v16, v201], [v201, v16], null, null, 'chosen 1.6 2.0.1'],
  [[v21, v201, v16], [v16], null, null, 'chosen 1.6'],
  [['ocpp2.0', v16], [v16], null, null, 'chosen 1.6'],
  [[v201], [v16], null, null, 'nothing in common'],
  [[v201], [v16], v201, null, 'nothing in common'],
  [['ocpp1.5', 'ocpp1.2'], [v16], null, null, 'nothing in common'],
  // Not listed, but agreed before.
  [[v21, v201, v16], null, v201, null, 'chosen 2.0.1 2.1 1.6'],
  [[v16], null, v16, null, 'chosen 1.6'],
  // The agreed version is one it speaks, not all: ask again.
  [[v201], null, v16, null, 'ask 2.0.1'],
  // Nothing is known.
  [[v21, 'ocpp2.0', v16], null, null, null, 'ask 2.1 1.6'],
  [[v16], null, null, null, 'ask 1.6'],
  [['soap'], null, null, null, 'nothing in common'],
  [['OCPP1.6'], null, null, null, 'nothing in common'],
  // Nothing is offered.
  [[], [v16], null, null, 'none offered'],
  [[], null, v16, null, 'none offered'],
  [[], null, null, v16, 'assumed 1.6'],
  [[], [v16, v201], null, v16, 'assumed 1.6'],
  [[], [v201], null, v16, 'nothing in common'],
  // What it says itself counts more than what is assumed.
  [[v201], [v201], null, v16, 'chosen 2.0.1'],
]

describe('choosing the version', () => {
  for (const [offered, listed, agreed, assume, outcome] of rows) {
    const known = listed !== null ? `listed ${listed.join(' ')}` : `agreed ${agreed}`
    test(`LK13 LK14 offered ${offered.join(' ') || 'nothing'}, ${known}, assumed ${assume}: ${outcome}`, () => {
      assert.equal(spell(chooseVersion({ offered, listed, agreed, assume })), outcome)
    })
  }

  test('LK13 what the backend refused is taken only where nothing else is common', () => {
    const both = { offered: [v201, v16], agreed: null, assume: null }
    const known = (listed: readonly Subprotocol[] | null, refused: readonly Subprotocol[]) =>
      spell(chooseVersion({ ...both, listed, refused }))
    assert.equal(known([v201, v16], [v201]), 'chosen 1.6 2.0.1')
    assert.equal(known([v201, v16], [v201, v16]), 'chosen 2.0.1 1.6')
    assert.equal(known([v201], [v201]), 'chosen 2.0.1')
    assert.equal(known(null, [v201]), 'ask 1.6 2.0.1')
  })

  test('LK13 the header is read in its order, without what is empty or repeated', () => {
    assert.deepEqual(readOffer(undefined), [])
    assert.deepEqual(readOffer(''), [])
    assert.deepEqual(readOffer('ocpp2.0.1,ocpp1.6'), [v201, v16])
    assert.deepEqual(readOffer(' ocpp1.6 ,, ocpp2.0.1, ocpp1.6'), [v16, v201])
  })
})
