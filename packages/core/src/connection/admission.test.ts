import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Admission, judgeKnock, judgePrimaryAnswer, type Knock, type PrimaryAnswer } from './admission.ts'

/** A station with the right password on a listener of the network. */
const usual: Knock = {
  open: true,
  listener: { secure: false, loopback: false },
  authenticate: 'accounts',
  unknown: 'reject',
  profileZero: false,
  account: 'withPassword',
  certificate: { kind: 'notAsked' },
  certificateFits: true,
  password: 'right',
  foreignPage: false,
}

const good = { kind: 'good', serial: 'SN-1' } as const
const bad = { kind: 'bad', reason: 'the client certificate has expired' } as const
const secure = { secure: true, loopback: false }
const loopback = { secure: false, loopback: true }

function spell(admission: Admission): string {
  if (admission.kind === 'accept') return `accept ${admission.profile}`
  return admission.kind === 'askPrimary' ? 'ask' : `${admission.status} ${admission.code}`
}

const rows: readonly (readonly [rule: string, what: string, change: Partial<Knock>, outcome: string])[] = [
  ['LK4', 'right password', {}, 'accept 1'],
  ['LK4', 'right password over TLS', { listener: secure }, 'accept 2'],
  ['LK4', 'wrong password', { password: 'wrong' }, '401 BB-LINK-022'],
  ['LK4', 'no password', { password: 'absent' }, '401 BB-LINK-022'],
  ['LK4', 'no password on loopback', { password: 'absent', listener: loopback }, '401 BB-LINK-022'],
  ['LK4', 'somebody else’s user name', { password: 'otherUser' }, '401 BB-LINK-022'],
  ['LK4', 'unreadable credentials', { password: 'malformed' }, '401 BB-LINK-022'],
  [
    'LK4',
    'unreadable credentials of an unknown station',
    { account: 'none', password: 'malformed', unknown: 'accept', listener: loopback },
    '401 BB-LINK-022',
  ],
  ['LK4', 'unknown station', { account: 'none', password: 'unchecked' }, '404 BB-LINK-021'],
  [
    'LK4',
    'unknown station on loopback',
    { account: 'none', password: 'absent', listener: loopback },
    '404 BB-LINK-021',
  ],
  [
    'LK8',
    'unknown station accepted on loopback',
    { account: 'none', password: 'absent', unknown: 'accept', listener: loopback },
    'accept 0',
  ],
  [
    'LK8',
    'unknown station accepted from the network',
    { account: 'none', password: 'absent', unknown: 'accept' },
    '401 BB-LINK-024',
  ],
  [
    'LK8',
    'the same with profile 0 written out',
    { account: 'none', password: 'absent', unknown: 'accept', profileZero: true },
    'accept 0',
  ],
  [
    'LK8',
    'account without password from the network',
    { account: 'withoutPassword', password: 'absent' },
    '401 BB-LINK-024',
  ],
  [
    'LK8',
    'account without password on loopback',
    { account: 'withoutPassword', password: 'unchecked', listener: loopback },
    'accept 0',
  ],
  [
    'LK8',
    'a web page on loopback',
    { account: 'none', password: 'absent', unknown: 'accept', listener: loopback, foreignPage: true },
    '403 BB-LINK-031',
  ],
  ['LK8', 'a web page with the right password', { listener: loopback, foreignPage: true }, 'accept 1'],
  [
    'LK7',
    'good certificate',
    { listener: secure, certificate: good, password: 'absent', account: 'withoutPassword' },
    'accept 3',
  ],
  [
    'LK7',
    'good certificate, wrong password beside it',
    { listener: secure, certificate: good, password: 'wrong' },
    'accept 3',
  ],
  [
    'LK7',
    'certificate of another station',
    { listener: secure, certificate: good, certificateFits: false },
    '401 BB-LINK-023',
  ],
  ['LK7', 'bad certificate, right password', { listener: secure, certificate: bad }, '401 BB-LINK-023'],
  [
    'LK7',
    'good certificate of an unknown station',
    { listener: secure, certificate: good, account: 'none', password: 'absent' },
    '404 BB-LINK-021',
  ],
  [
    'LK7',
    'the same where unknown stations are accepted',
    { listener: secure, certificate: good, account: 'none', password: 'absent', unknown: 'accept' },
    'accept 3',
  ],
  [
    'LK9',
    'backend decides about an unknown station',
    { authenticate: 'backend', account: 'none', password: 'unchecked' },
    'ask',
  ],
  [
    'LK9',
    'backend decides without a password',
    { authenticate: 'backend', account: 'none', password: 'absent' },
    'ask',
  ],
  [
    'LK9',
    'backend decides about an account without password',
    { authenticate: 'backend', account: 'withoutPassword', password: 'unchecked' },
    'ask',
  ],
  [
    'LK9',
    'an account with a password is checked here',
    { authenticate: 'backend', password: 'wrong' },
    '401 BB-LINK-022',
  ],
  ['LK12', 'while it starts', { open: false }, '503 BB-LINK-028'],
]

describe('the door', () => {
  for (const [rule, what, change, outcome] of rows) {
    test(`${rule} ${what}: ${outcome}`, () => assert.equal(spell(judgeKnock({ ...usual, ...change })), outcome))
  }

  const knocks: fc.Arbitrary<Knock> = fc.record({
    open: fc.boolean(),
    listener: fc.record({ secure: fc.boolean(), loopback: fc.boolean() }),
    authenticate: fc.constantFrom('accounts', 'backend'),
    unknown: fc.constantFrom('reject', 'accept'),
    profileZero: fc.boolean(),
    account: fc.constantFrom('none', 'withPassword', 'withoutPassword'),
    certificate: fc.constantFrom<Knock['certificate']>({ kind: 'notAsked' }, good, bad),
    certificateFits: fc.boolean(),
    password: fc.constantFrom('absent', 'malformed', 'otherUser', 'unchecked', 'right', 'wrong'),
    foreignPage: fc.boolean(),
  })

  test('LK4 LK7 LK8 nobody gets in from the network without a proof, unless profile 0 is written out', () => {
    fc.assert(
      fc.property(knocks, (knock) => {
        const admission = judgeKnock(knock)
        if (admission.kind !== 'accept') return
        assert.ok(knock.open)
        const proven = knock.certificate.kind === 'good' || knock.password === 'right'
        assert.ok(proven || knock.listener.loopback || knock.profileZero)
        assert.ok(admission.profile > 0 || !knock.foreignPage)
        assert.ok(knock.certificate.kind !== 'bad')
        if (knock.account === 'none') assert.equal(knock.unknown, 'accept')
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the primary’s word', () => {
  const refused = (cause: 'version' | 'credentials' | 'unknownStation' | 'certificate' | 'other'): PrimaryAnswer => ({
    kind: 'refused',
    cause,
  })
  const answers: readonly (readonly [PrimaryAnswer, remembered: boolean, outcome: string])[] = [
    [{ kind: 'up' }, false, 'accept 1'],
    [refused('credentials'), true, '401 BB-LINK-032'],
    [refused('unknownStation'), true, '404 BB-LINK-032'],
    [refused('certificate'), false, '503 BB-LINK-027'],
    [refused('certificate'), true, 'accept 1'],
    [refused('other'), false, '503 BB-LINK-027'],
    [{ kind: 'unreachable' }, true, 'accept 1'],
    [{ kind: 'unreachable' }, false, '503 BB-LINK-027'],
    [{ kind: 'noRoute' }, true, '404 BB-LINK-021'],
  ]
  for (const [answer, remembered, outcome] of answers) {
    test(`LK9 ${JSON.stringify(answer)}${remembered ? ', remembered' : ''}: ${outcome}`, () => {
      assert.equal(spell(judgePrimaryAnswer(answer, remembered, false, true)), outcome)
    })
  }
  test('LK9 the profile is what the credentials were worth', () => {
    assert.equal(spell(judgePrimaryAnswer({ kind: 'up' }, false, true, true)), 'accept 2')
    assert.equal(spell(judgePrimaryAnswer({ kind: 'up' }, false, true, false)), 'accept 0')
  })
})
