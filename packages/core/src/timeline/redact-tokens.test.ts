import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { redactTokens } from './redact-tokens.ts'

const pseudonym = (token: string) => `tok-${token.length}`

function shown(raw: string, action: string | null = null): string {
  return redactTokens(raw, action, null, pseudonym).raw
}

const cases: readonly (readonly [string, string, string, string])[] = [
  [
    'a value that turns out to be one after another token',
    'ChangeConfiguration',
    '[2,"1","ChangeConfiguration",{"value":"A","idTag":"BB","key":"FreevendIdTag"}]',
    '[2,"1","ChangeConfiguration",{"value":"tok-1","idTag":"tok-2","key":"FreevendIdTag"}]',
  ],
  [
    'a tag',
    'StartTransaction',
    '[2,"1","StartTransaction",{"connectorId":1, "idTag":"ABC" ,"meterStart":1.0}]',
    '[2,"1","StartTransaction",{"connectorId":1, "idTag":"tok-3" ,"meterStart":1.0}]',
  ],
  [
    'a parent tag in an answer',
    'Authorize',
    '[3,"1",{"idTagInfo":{"status":"Accepted","parentIdTag":"FLEET"}}]',
    '[3,"1",{"idTagInfo":{"status":"Accepted","parentIdTag":"tok-5"}}]',
  ],
  [
    'both of a key written twice',
    'Authorize',
    '[2,"1","Authorize",{"idTag":"A","idTag":"BB"}]',
    '[2,"1","Authorize",{"idTag":"tok-1","idTag":"tok-2"}]',
  ],
  [
    'a key written with escapes',
    'Authorize',
    '[2,"1","Authorize",{"id\\u0054ag":"A"}]',
    '[2,"1","Authorize",{"id\\u0054ag":"tok-1"}]',
  ],
  [
    'a local list',
    'SendLocalList',
    '[2,"1","SendLocalList",{"localAuthorizationList":[{"idTag":"A"},{"idTag":"BB","idTagInfo":{"parentIdTag":"CCC"}}]}]',
    '[2,"1","SendLocalList",{"localAuthorizationList":[{"idTag":"tok-1"},{"idTag":"tok-2","idTagInfo":{"parentIdTag":"tok-3"}}]}]',
  ],
  [
    '2.x tokens, groups and what they add',
    'RequestStartTransaction',
    '[2,"1","RequestStartTransaction",{"idToken":{"idToken":"A","type":"eMAID","additionalInfo":[{"additionalIdToken":"BB","type":"x"}]},"groupIdToken":{"idToken":"CCC","type":"Central"}}]',
    '[2,"1","RequestStartTransaction",{"idToken":{"idToken":"tok-1","type":"eMAID","additionalInfo":[{"additionalIdToken":"tok-2","type":"x"}]},"groupIdToken":{"idToken":"tok-3","type":"Central"}}]',
  ],
  [
    'a list of contract ids',
    'Get15118EVCertificate',
    '[2,"1","Get15118EVCertificate",{"prioritizedEMAIDs":["A","BB"],"exiRequest":"CCC"}]',
    '[2,"1","Get15118EVCertificate",{"prioritizedEMAIDs":["tok-1","tok-2"],"exiRequest":"tok-3"}]',
  ],
  [
    'a configuration key that holds a tag, value first',
    'GetConfiguration',
    '[3,"1",{"configurationKey":[{"value":"A","key":"FreevendIdTag"},{"key":"HeartbeatInterval","value":"300"}]}]',
    '[3,"1",{"configurationKey":[{"value":"tok-1","key":"FreevendIdTag"},{"key":"HeartbeatInterval","value":"300"}]}]',
  ],
  [
    'a vehicle id in an event',
    'NotifyEvent',
    '[2,"1","NotifyEvent",{"eventData":[{"actualValue":"A","component":{"name":"ConnectedEV"},"variable":{"name":"VehicleId"}},{"actualValue":"true","component":{"name":"X"},"variable":{"name":"Problem"}}]}]',
    '[2,"1","NotifyEvent",{"eventData":[{"actualValue":"tok-1","component":{"name":"ConnectedEV"},"variable":{"name":"VehicleId"}},{"actualValue":"true","component":{"name":"X"},"variable":{"name":"Problem"}}]}]',
  ],
  [
    'a variable in a report',
    'NotifyReport',
    '[2,"1","NotifyReport",{"reportData":[{"component":{"name":"TokenReader"},"variable":{"name":"Token"},"variableAttribute":[{"value":"A"}]}]}]',
    '[2,"1","NotifyReport",{"reportData":[{"component":{"name":"TokenReader"},"variable":{"name":"Token"},"variableAttribute":[{"value":"tok-1"}]}]}]',
  ],
  [
    'JSON inside a DataTransfer',
    'DataTransfer',
    '[2,"1","DataTransfer",{"vendorId":"org.openchargealliance.iso15118pnc","data":"{\\"idToken\\":{\\"idToken\\":\\"A\\"}}"}]',
    '[2,"1","DataTransfer",{"vendorId":"org.openchargealliance.iso15118pnc","data":"{\\"idToken\\":{\\"idToken\\":\\"tok-1\\"}}"}]',
  ],
  [
    'what an error repeats',
    'Authorize',
    '[4,"1","FormationViolation","",{"data":{"idTag":"A"}}]',
    '[4,"1","FormationViolation","",{"data":{"idTag":"tok-1"}}]',
  ],
  [
    'a tag that is a number',
    'Authorize',
    '[2,"1","Authorize",{"idTag":12345}]',
    '[2,"1","Authorize",{"idTag":"tok-5"}]',
  ],
]

for (const [what, action, given, expected] of cases) {
  test(`TL2 ${what} is replaced and nothing else`, () => {
    assert.deepEqual(redactTokens(given, action, null, pseudonym), { raw: expected, redacted: true })
  })
}

test('TL2 without a token the very text comes back, unmarked', () => {
  const raw = '[2,"1","MeterValues",{"value":"idTag", "n":1.0}]'
  assert.deepEqual(redactTokens(raw, 'MeterValues', 'ocpp1.6', pseudonym), { raw, redacted: false })
  assert.equal(
    shown('[2,"1","Authorize",{"idToken":{"idToken":"","type":"NoAuthorization"}}]'),
    '[2,"1","Authorize",{"idToken":{"idToken":"","type":"NoAuthorization"}}]',
  )
})

test('TL3 a text nobody can parse ends where it begins to name someone', () => {
  assert.equal(shown('[2,"1","Authorize",{"idTag":"ABC"'), '[2,"1","Authorize",{"«redacted»')
  assert.equal(shown("{'IDTAG':'ABC'}"), "{'«redacted»")
  assert.equal(shown('hello'), 'hello')
})

test('TL2 a list of twenty thousand tokens is one pass', () => {
  const items = Array.from({ length: 20_000 }, (_, i) => ({ idTag: `T${i}` }))
  const raw = JSON.stringify([2, '1', 'SendLocalList', { localAuthorizationList: items }])
  const began = performance.now()
  assert.ok(!shown(raw).includes('"T'))
  assert.ok(performance.now() - began < 2000)
})

test('TL2 whatever the JSON: the result is JSON, equal but for the tokens, and no token is left', () => {
  const secret = 'S3CRET'
  const field = fc.constantFrom('idTag', 'idToken', 'parentIdTag', 'eMAID', 'data', 'value', 'name', 'x')
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(field, tie('value'), { maxKeys: 4 }),
      fc.constant({ idTag: secret }),
      fc.constant({ idToken: { idToken: secret } }),
      fc.constant({ data: JSON.stringify({ idTag: secret }) }),
    ),
  }))
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 1, '\t'), (given, space) => {
      const raw = JSON.stringify(given, null, space)
      const { raw: result, redacted } = redactTokens(raw, null, null, () => 'tok')
      assert.ok(!result.includes(secret))
      assert.equal(redacted, result !== raw)
      JSON.parse(result)
    }),
    { numRuns: 500 },
  )
})
