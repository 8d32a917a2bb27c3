// OCPP 1.6: payload validators, generated from typed-ocpp 1.6.2 with ajv 8.20.0 by scripts/generate-ocpp.ts. See ../../NOTICE.
import type { PayloadChecks } from '../../src/payload-check.ts'

export const requests: PayloadChecks
export const responses: PayloadChecks
