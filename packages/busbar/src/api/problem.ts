// Errors of the HTTP interface, as problem documents (RFC 9457). A route throws a Problem with a code of the fault
// catalogue and whatever helps to mend it; the status and the wording come from the catalogue, so that the same fault is
// the same everywhere.

import { describeFault, type FaultCode } from '@busbar/core/base/fault.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FieldProblem } from './ports.ts'

/** Further members of the document. `errors` names fields, and lines of a list. */
export interface ProblemDetails {
  readonly detail?: string
  readonly errors?: readonly (FieldProblem & { readonly line?: number })[]
  readonly [extension: string]: unknown
}

/** An expected failure of a request. */
export class Problem extends Error {
  readonly code: FaultCode
  readonly details: ProblemDetails
  readonly headers: Readonly<Record<string, string>>

  /**
   * @param code of a row of the catalogue that has a status
   * @param headers of the answer, such as Retry-After
   */
  constructor(code: FaultCode, details: ProblemDetails = {}, headers: Readonly<Record<string, string>> = {}) {
    super(details.detail ?? code)
    this.code = code
    this.details = details
    this.headers = headers
  }
}

/** Media type of problem documents. */
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

/** Answers with a problem document. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  const description = describeFault(problem.code)
  const status = description?.status ?? 500
  const { detail, ...extensions } = problem.details
  const document = {
    type: `/api/v1/faults/${problem.code}`,
    title: description?.sentence ?? problem.code,
    status,
    code: problem.code,
    detail: detail ?? description?.remedy ?? '',
    instance: request.url.split('?', 1)[0] ?? request.url,
    ...extensions,
    requestId: request.id,
  }
  return reply
    .code(status)
    .headers(problem.headers)
    .header('cache-control', 'no-store')
    .type(PROBLEM_TYPE)
    .serializer(JSON.stringify)
    .send(document)
}

/** What the catalogue calls the errors that the HTTP library finds before a route is reached. */
export function problemOfLibraryError(error: {
  readonly code?: string
  readonly statusCode?: number
  readonly message: string
}): Problem | null {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Problem('BB-API-006')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Problem('BB-API-007')
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new Problem('BB-API-001', { errors: [{ field: 'body', message: error.message }] })
    default:
      break
  }
  const status = error.statusCode ?? 500
  if (status >= 400 && status < 500) return new Problem('BB-API-001', { detail: error.message })
  return null
}
