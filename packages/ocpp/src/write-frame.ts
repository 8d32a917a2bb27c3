// Writes the messages that Busbar itself begins or answers. A payload comes in as JSON text and stays that text, so that
// one that was received (a result for another backend, say) keeps every digit.

/**
 * A CALL (message type 2).
 * @param idKey the message id as a plain text; it is escaped here
 * @param action the action, without a Request suffix
 * @param payloadJsonText the payload as JSON text, put in unseen
 */
export function writeCall(idKey: string, action: string, payloadJsonText: string): string {
  return `[2,${JSON.stringify(idKey)},${JSON.stringify(action)},${payloadJsonText}]`
}

/** A one-way SEND (message type 6, OCPP 2.1); parameters as in `writeCall`. */
export function writeSend(idKey: string, action: string, payloadJsonText: string): string {
  return `[6,${JSON.stringify(idKey)},${JSON.stringify(action)},${payloadJsonText}]`
}

/**
 * A CALLRESULT (message type 3).
 * @param idToken the id of the call as the JSON token that its sender wrote (`MessageId.token`), echoed as it is
 * @param payloadJsonText the payload as JSON text, put in unseen
 */
export function writeResult(idToken: string, payloadJsonText: string): string {
  return `[3,${idToken},${payloadJsonText}]`
}

/**
 * A CALLERROR (message type 4).
 * @param idToken the id of the call as a JSON token; `"-1"` in 2.x when none could be read
 * @param code an OCPP error code in the spelling of the connection's version
 * @param description a sentence; cut to 255 characters, the most that 2.x allows
 * @param detailsJsonText a JSON object as text, put in unseen
 */
export function writeError(idToken: string, code: string, description: string, detailsJsonText: string): string {
  return `[4,${idToken},${JSON.stringify(code)},${JSON.stringify(description.slice(0, 255).toWellFormed())},${detailsJsonText}]`
}
