// The one catalogue of what can go wrong. A fault is recognised by its code, never by its wording; the sentence is for
// people and may be improved. Codes are never renumbered or reused. The reference page docs/reference/errors.md is
// generated from this table.

export interface FaultDescription {
  /** What happened, as a sentence a user of the product understands. */
  readonly sentence: string
  /** The usual cause. */
  readonly cause: string
  /** What to do about it. */
  readonly remedy: string
  /** HTTP status where the API or a handshake answers with it. */
  readonly status?: number
}

/** Faults and findings of frames and links (traps T2, T15, T18, T27). */
const frameFaults = {
  'BB-FRAME-001': {
    sentence: 'A message has no readable envelope and was not passed on.',
    cause: 'The text is not JSON, or not an OCPP array of type, id and payload.',
    remedy:
      'Look at the raw text in the timeline; the sender breaks the format, or something else speaks on this port.',
  },
  'BB-FRAME-002': {
    sentence: 'A message has a type number that OCPP does not know and was not passed on.',
    cause: 'The sender speaks another protocol or a later version.',
    remedy: 'Check the version the sender was configured for.',
  },
  'BB-FRAME-003': {
    sentence: 'A message has a type that its OCPP version does not have and was not passed on.',
    cause: 'CALLRESULTERROR and SEND exist in OCPP 2.1 only.',
    remedy: 'Update the firmware of the sender, or let it connect with ocpp2.1.',
  },
  'BB-FRAME-004': {
    sentence: 'An answer belongs to no open call and was not passed on.',
    cause: 'It came twice, after its connection had been replaced, or with another id than the call.',
    remedy: 'Nothing, when it happens once after a reconnect; otherwise the sender mixes up its message ids.',
  },
  'BB-FRAME-005': {
    sentence: 'A frame could not be read as text and was not passed on.',
    cause: 'It was binary, not valid UTF-8, broke the WebSocket protocol, or was larger than the limit.',
    remedy: 'Raise stations.maxFrameBytes if the size is legitimate; otherwise the sender is broken.',
  },
  'BB-FRAME-010': {
    sentence: 'A payload does not follow the schema of its action; it was passed on all the same.',
    cause: 'The sender deviates from the specification.',
    remedy: 'Report it to the vendor; the path names the field.',
  },
  'BB-FRAME-011': {
    sentence: 'An action is unknown to the OCPP version; it was passed on all the same.',
    cause: 'A vendor extension, a misspelt action, or an action of another version.',
    remedy: 'Report it to the vendor, unless both sides agreed on the extension.',
  },
  'BB-FRAME-012': {
    sentence: 'An envelope has too few or too many elements; it was passed on all the same.',
    cause: 'The sender deviates from OCPP-J.',
    remedy: 'Report it to the vendor.',
  },
  'BB-FRAME-013': {
    sentence: 'A message id is longer than 36 characters or not a string; it was passed on all the same.',
    cause: 'The sender deviates from OCPP-J.',
    remedy: 'Report it to the vendor.',
  },
} as const satisfies Record<string, FaultDescription>

const linkFaults = {
  'BB-LINK-001': {
    sentence: 'The backend refused the OCPP version of the station.',
    cause: 'The backend does not speak the version that was offered to it.',
    remedy: 'Set `ocpp` of the backend to the versions it speaks, or let the station use one of them.',
  },
  'BB-LINK-002': {
    sentence: 'The backend refused the credentials of the station.',
    cause: 'Wrong or missing password or certificate for this station at the backend.',
    remedy: 'Check `password` (or cert and key) of the backend in the configuration, and the station in the backend.',
  },
  'BB-LINK-003': {
    sentence: 'The backend does not know the station.',
    cause: 'The identity is not registered there, or the URL path is wrong.',
    remedy: 'Register the station in the backend, or check `url` and `identity` of the backend.',
  },
  'BB-LINK-004': {
    sentence: 'The certificate of the backend or of Busbar was not accepted.',
    cause: 'An authority that is not trusted, an expired certificate, or a wrong name.',
    remedy: 'Check `ca`, `cert` and `key` of the backend and the dates of the certificates.',
  },
  'BB-LINK-005': {
    sentence: 'The backend refused the handshake.',
    cause: 'It answered the WebSocket upgrade with an error that trying again soon will not mend.',
    remedy: 'Look at the status in the entry and at the log of the backend.',
  },
  'BB-LINK-006': {
    sentence: 'Connections of one identity replace each other again and again.',
    cause: 'Two stations share an identity, or a station opens two connections.',
    remedy: 'Give each station an identity of its own; compare the remote addresses of the link entries.',
  },
  'BB-LINK-007': {
    sentence: 'The serial number at boot is not the one in the certificate; the connection was closed.',
    cause: 'A certificate is used by another station than it was made for (specification clause B01.FR.12).',
    remedy: 'Install the certificate of this station, or correct `serial` of its account.',
  },
  'BB-LINK-008': {
    sentence: 'Too many messages wait for the backend; this one is not held and stays with the station.',
    cause: 'The backend has been away for long, or does not answer, while the station keeps sending.',
    remedy: 'Bring the backend back; the station was given no answer and sends the message again by its own rules.',
  },
} as const satisfies Record<string, FaultDescription>

/** Refused handshakes of stations, and the certificates of the listeners (traps T15 to T18, W11). */
const handshakeFaults = {
  'BB-LINK-020': {
    sentence: 'The URL of a connection names no usable station identity.',
    cause: 'The last segment of the path is missing, wrongly percent-encoded, too long, or holds control characters.',
    remedy: 'Set the station to the URL of the listener followed by "/" and its identity.',
    status: 404,
  },
  'BB-LINK-021': {
    sentence: 'A station that has no account wanted in.',
    cause: 'It is new, its identity is misspelt, or it belongs to another installation.',
    remedy: 'Add it under `stations.accounts`, by the API, or set `stations.unknown: accept` on a trusted network.',
    status: 404,
  },
  'BB-LINK-022': {
    sentence: 'The password of a station is missing or wrong.',
    cause: 'The station has another password than its account, or none at all.',
    remedy: 'Set the same password at the station and in its account.',
    status: 401,
  },
  'BB-LINK-023': {
    sentence: 'The client certificate of a station is missing or was not accepted.',
    cause: 'None was presented, its authority is not trusted, it has expired, or its O or CN is not the expected one.',
    remedy: 'The reason names the check that failed; install a matching certificate, or correct `serial` or `cpoName`.',
    status: 401,
  },
  'BB-LINK-024': {
    sentence: 'A station without credentials wanted in over a network.',
    cause: 'Its account has no password, or unknown stations are accepted, on a listener that is not on loopback.',
    remedy: 'Give it a password; or write `profile: 0` under `stations` if the network itself is trusted.',
    status: 401,
  },
  'BB-LINK-025': {
    sentence: 'No OCPP version is common to the station and its backend.',
    cause: 'The station offers only versions that Busbar or the backend does not speak.',
    remedy: 'Update the station, or set `ocpp` of the backend to all versions it speaks.',
    status: 101,
  },
  'BB-LINK-026': {
    sentence: 'A station names no OCPP version.',
    cause: 'Its handshake has no Sec-WebSocket-Protocol header.',
    remedy: 'Set `assumeProtocol` in its account if the station cannot be told to send one.',
    status: 400,
  },
  'BB-LINK-027': {
    sentence: 'A station has to wait because its backend cannot be reached.',
    cause: 'Its route is transparent, or the backend decides who comes in, and the backend is away.',
    remedy: 'Bring the backend back; the station tries again by itself.',
    status: 503,
  },
  'BB-LINK-028': {
    sentence: 'A station has to wait because Busbar is starting or going down.',
    cause: 'The handshake came in such a moment.',
    remedy: 'Nothing; the station tries again by itself.',
    status: 503,
  },
  'BB-LINK-029': {
    sentence: 'A second connection without credentials claims an identity whose connection is alive.',
    cause: 'Two stations share an identity, or somebody tries to take one over.',
    remedy: 'Give each station an identity of its own, and passwords.',
    status: 409,
  },
  'BB-LINK-030': {
    sentence: 'A handshake is not a WebSocket upgrade that Busbar understands.',
    cause: 'Something other than a charging station speaks on this port, or its headers are broken.',
    remedy: 'Check what connects from this address.',
    status: 400,
  },
  'BB-LINK-031': {
    sentence: 'A web page tried to connect as a station.',
    cause: 'A page in a browser on this machine opened a WebSocket to the loopback listener.',
    remedy: 'Nothing if it was refused; serve a simulator that runs in a browser from localhost.',
    status: 403,
  },
  'BB-LINK-032': {
    sentence: 'The backend does not let this station in.',
    cause: 'The backend decides who comes in, and refused the credentials of the station or does not know it.',
    remedy: 'Register the station in the backend, with the password that it presents.',
    status: 401,
  },
  'BB-LINK-040': {
    sentence: 'A certificate of a listener ends soon or has ended.',
    cause: 'It was not renewed in time.',
    remedy: 'Put the new certificate in place of the file; it is read without dropping stations.',
  },
  'BB-LINK-041': {
    sentence: 'The certificate files of a listener cannot be used; the ones read before stay in force.',
    cause: 'A file is missing or not PEM, or a key does not belong to its certificate.',
    remedy: 'Correct the file named in the entry.',
  },
} as const satisfies Record<string, FaultDescription>

const routeFaults = {
  'BB-ROUTE-001': {
    sentence: 'No route leads anywhere for this station; its messages are recorded and answered by nobody.',
    cause: 'No entry of `routes` matches its identity.',
    remedy: 'Add a route, for example one with `stations: "*"` at the end.',
  },
} as const satisfies Record<string, FaultDescription>

const coreFaults = {
  'BB-CORE-001': {
    sentence: 'Busbar failed while handling a message; the message is recorded and was not passed on.',
    cause: 'A defect of Busbar.',
    remedy: 'Please report it with the entry; the station stays connected.',
  },
  'BB-CORE-002': {
    sentence: 'A message that waited for its backend is no longer in the journal and could not be sent.',
    cause: 'Retention removed it, or the store was replaced while Busbar ran.',
    remedy: 'Raise journal.keep and journal.maxBytes; the station was given no answer and still has the message.',
  },
} as const satisfies Record<string, FaultDescription>

/** Faults of the embedded store (docs/spec/journal.md, trap T31). */
const storeFaults = {
  'BB-STORE-001': {
    sentence: 'The data folder is in use by another Busbar.',
    cause: 'A broker, an import or a restore runs on the same folder; the message names its process and host.',
    remedy: 'Stop the other one, or give this one a folder of its own.',
  },
  'BB-STORE-002': {
    sentence: 'The store was written by a newer Busbar and was left untouched.',
    cause: 'The program was put back to an older release after the store had been written by a newer one.',
    remedy: 'Start the newer release, or restore a backup made by this one.',
  },
  'BB-STORE-003': {
    sentence: 'The store is damaged.',
    cause: 'A failing disk, a file changed or cut by something else, or a sync that the disk only claimed to do.',
    remedy: 'Start without --strict-store to save every readable entry into a new store, or restore a backup.',
  },
  'BB-STORE-004': {
    sentence: 'The store was damaged at start; every readable entry was saved, and the positions named are lost.',
    cause: 'A failing disk, a file changed or cut by something else, or a sync that the disk only claimed to do.',
    remedy: 'Check the disk; keep journal.damaged-… until the loss is understood.',
  },
  'BB-STORE-005': {
    sentence: 'The disk is full; messages are passed on and not recorded durably until there is room.',
    cause: 'The file system or a quota has no room left.',
    remedy: 'Free room or lower journal.maxBytes; Busbar recovers by itself within seconds.',
    status: 503,
  },
  'BB-STORE-006': {
    sentence: 'Writing to the store failed; messages are passed on and not recorded durably until it works again.',
    cause: 'The disk reported an error, was mounted read-only, or lost its connection.',
    remedy: 'Check the disk and the system log; Busbar opens the store again by itself after a check.',
    status: 503,
  },
  'BB-STORE-007': {
    sentence: 'Entries could not be kept while the store was not writable; the positions named are lost.',
    cause: 'The store stayed unwritable until the memory set aside for waiting entries was used up.',
    remedy: 'Mend what kept the store from being written; the loss stays on record in the journal.',
  },
  'BB-STORE-008': {
    sentence: 'A stored entry cannot be read.',
    cause: 'Its bytes were changed on disk, or it was written by a newer Busbar.',
    remedy: 'Run `busbar journal verify`; then restore a backup, or let the next start save what is readable.',
  },
  'BB-STORE-009': {
    sentence: 'The chain of hashes does not fit the stored entries.',
    cause: 'Stored bytes were changed after they had been written.',
    remedy: 'Compare with a backup; the entries of the range named cannot be trusted.',
  },
  'BB-STORE-010': {
    sentence: 'Positions are missing from the journal and nothing on record explains it.',
    cause: 'Rows were removed from the store by something other than Busbar.',
    remedy: 'Restore a backup.',
  },
  'BB-STORE-011': {
    sentence: 'The index of the timeline does not fit the stored entries.',
    cause: 'Stored bytes were changed after they had been written, or a defect of Busbar.',
    remedy: 'Export the journal and import it into a new folder, which builds the index anew; please report it.',
  },
  'BB-STORE-012': {
    sentence: 'There is a store already and it was not overwritten.',
    cause: 'The folder that was to receive a restored or imported journal is not empty.',
    remedy: 'Name another place; `busbar restore` takes --force.',
  },
  'BB-STORE-013': {
    sentence: 'A line of the import is not a journal entry; nothing was imported.',
    cause: 'The file is not an export of Busbar, was cut, or was edited.',
    remedy: 'Correct the line named, or export again.',
  },
  'BB-STORE-014': {
    sentence: 'The data folder cannot be used.',
    cause: 'It does not exist and cannot be made, or its permissions forbid writing.',
    remedy: 'Create it for the user Busbar runs as, or name another folder under `data`.',
  },
  'BB-STORE-015': {
    sentence: 'The installation key cannot be read.',
    cause: 'busbar.key is cut or was replaced by something else.',
    remedy: 'Restore busbar.key from a backup; without it, stored password checks have to be set anew.',
  },
  'BB-STORE-016': {
    sentence: 'The journal is closed.',
    cause: 'Something was asked of the store after it had been closed, or its writer thread ended.',
    remedy: 'Start Busbar again; please report it if nobody stopped it.',
  },
} as const satisfies Record<string, FaultDescription>

/** What the HTTP interface answers with. */
const apiFaults = {
  'BB-API-001': {
    sentence: 'A part of the request is not as it should be.',
    cause: 'A parameter or a field of the body is missing, misspelt or out of bounds.',
    remedy: 'Look at `errors`: each names the field and what was expected. The whole interface is described at /docs.',
    status: 400,
  },
  'BB-API-002': {
    sentence: 'The request carries no valid token.',
    cause: 'The Authorization header is missing, the token is unknown, or the login has ended.',
    remedy: 'Send `Authorization: Bearer <token>` with a token of `api.tokens`, or log in again.',
    status: 401,
  },
  'BB-API-003': {
    sentence: 'The role of this token does not allow it.',
    cause: 'The token has a lower role than the request needs.',
    remedy: 'Use a token whose role is at least the one named in the answer.',
    status: 403,
  },
  'BB-API-004': {
    sentence: 'There is nothing at this path.',
    cause: 'A misspelt path, or a part of the interface that this version does not have.',
    remedy: 'The paths are listed at /docs.',
    status: 404,
  },
  'BB-API-005': {
    sentence: 'This path does not take the method of the request.',
    cause: 'The method is not one of those in the Allow header.',
    remedy: 'Use a method that the Allow header names.',
    status: 405,
  },
  'BB-API-006': {
    sentence: 'The body of the request is too large.',
    cause: 'Bodies are limited to 1 MiB, imports to 16 MiB.',
    remedy: 'Send less at once.',
    status: 413,
  },
  'BB-API-007': {
    sentence: 'The body of the request is of a type that is not taken here.',
    cause: 'The Content-Type header is missing or another than the path takes.',
    remedy: 'Send `Content-Type: application/json`; an import takes `text/csv`.',
    status: 415,
  },
  'BB-API-008': {
    sentence: 'There were too many failed attempts from this address.',
    cause: 'Wrong tokens again and again, or many logins within a minute.',
    remedy: 'Wait as long as the Retry-After header says, then use a valid token.',
    status: 429,
  },
  'BB-API-009': {
    sentence: 'The Host or Origin header of the request is not one that may speak here.',
    cause:
      'Without tokens only pages and programs of this machine may use the interface, by a loopback name and the port.',
    remedy: 'Open it as http://127.0.0.1 or http://localhost with its port, or configure `api.tokens`.',
    status: 403,
  },
  'BB-API-010': {
    sentence: 'A change by cookie came without its CSRF header.',
    cause: 'Another site may have made the browser send it, or the page is older than the login.',
    remedy: 'Send the `csrf` value of GET /api/v1/me as X-CSRF-Token; in the console, reload the page.',
    status: 403,
  },
  'BB-API-011': {
    sentence: 'The station is not known.',
    cause: 'It has no account and has never been connected, or its identity is spelt differently.',
    remedy: 'Look it up in GET /api/v1/stations; identities in paths are percent-encoded.',
    status: 404,
  },
  'BB-API-012': {
    sentence: 'The station is away; the command was not sent.',
    cause: 'It has no connection at this moment.',
    remedy: 'Try again when it is connected.',
    status: 409,
  },
  'BB-API-013': {
    sentence: 'The command was not sent.',
    cause: 'The station is connected but busy: its turn did not come before its deadline, or the link was replaced.',
    remedy: 'Try again, with a longer `timeoutMs` when other commands were under way.',
    status: 503,
  },
  'BB-API-014': {
    sentence: 'The payload is not valid for the OCPP version of the station.',
    cause: 'A field is missing, unknown, or of another type than the official schema says.',
    remedy: 'Look at `path` and `detail`; the command was not sent.',
    status: 422,
  },
  'BB-API-015': {
    sentence: 'A backend cannot send this action in the OCPP version of the station.',
    cause: 'The action is misspelt, belongs to another version, or is one that only stations send.',
    remedy: 'Check the name, upper and lower case included, and the version in GET /api/v1/stations/{id}.',
    status: 422,
  },
  'BB-API-016': {
    sentence: 'There is an account of this identity already.',
    cause: 'POST creates accounts only.',
    remedy: 'Use PUT to replace it.',
    status: 409,
  },
  'BB-API-017': {
    sentence: 'The list of accounts has mistakes; nothing was imported.',
    cause: 'Some lines are not as they should be.',
    remedy: 'Correct the lines named in `errors` and send the whole list again.',
    status: 422,
  },
  'BB-API-018': {
    sentence: 'The routes were not taken; the old ones stay in force.',
    cause: 'A route names a backend that does not exist, or is not shaped as in the configuration.',
    remedy: 'Look at `errors`; GET /api/v1/routes gives the shape.',
    status: 422,
  },
  'BB-API-019': {
    sentence: 'The configuration was not taken; the old one stays in force.',
    cause: 'The file has mistakes.',
    remedy: 'Correct the places named in `errors`; `busbar check` finds the same ones.',
    status: 422,
  },
  'BB-API-020': {
    sentence: 'The store cannot be written at this moment; nothing was changed.',
    cause: 'The disk is full or failed.',
    remedy: 'Make room or replace the disk; GET /readyz says when it works again.',
    status: 503,
  },
  'BB-API-021': {
    sentence: 'The charging session is not known.',
    cause: 'Its id is misspelt, or it is older than what is kept.',
    remedy: 'Look it up in GET /api/v1/sessions.',
    status: 404,
  },
  'BB-API-022': {
    sentence: 'There are too many open event streams.',
    cause: 'Each stream costs memory, so their number is limited.',
    remedy: 'Close other consoles or readers and try again.',
    status: 503,
  },
  'BB-API-023': {
    sentence: 'The account was not taken.',
    cause: 'Its identity or another field cannot be used for a station.',
    remedy: 'Look at `errors`.',
    status: 422,
  },
  'BB-API-024': {
    sentence: 'Busbar failed while answering the request.',
    cause: 'A defect of Busbar, or of the machine it runs on.',
    remedy: 'Please report it with the log line of the same `instance`.',
    status: 500,
  },
  'BB-API-025': {
    sentence: 'The code is not in the fault catalogue.',
    cause: 'It is misspelt, or of a later version.',
    remedy: 'GET /api/v1/faults lists all codes.',
    status: 404,
  },
} as const satisfies Record<string, FaultDescription>

/** What can be wrong with a configuration file (docs/guides/configuration.md). */
const configFaults = {
  'BB-CONFIG-001': {
    sentence: 'The configuration file cannot be read.',
    cause: 'It does not exist, or the user Busbar runs as may not read it.',
    remedy: 'Correct the path given with --config, or the permissions of the file.',
  },
  'BB-CONFIG-002': {
    sentence: 'The configuration file is not valid YAML.',
    cause: 'A slip in indentation, quoting or brackets, or a key written twice.',
    remedy: 'Correct it at the position named; inside {…} and […] a placeholder needs quotes.',
  },
  'BB-CONFIG-003': {
    sentence: 'The configuration has a key that Busbar does not know.',
    cause: 'A misspelt key, or one that stands in the wrong section.',
    remedy: 'Use the key suggested; docs/guides/configuration.md lists all of them.',
  },
  'BB-CONFIG-004': {
    sentence: 'A value of the configuration is missing or has a form that does not fit.',
    cause: 'A value of another kind, without its unit, or out of its range.',
    remedy: 'Correct the value as the message says.',
  },
  'BB-CONFIG-005': {
    sentence: 'The configuration asks for something that this version cannot do.',
    cause: 'The key belongs to a capability that is not built yet; ignoring it would do less than the file says.',
    remedy: 'Take the key out, or use a version that has the capability.',
  },
  'BB-CONFIG-006': {
    sentence: 'A placeholder of the configuration cannot be replaced.',
    cause: 'The environment variable is not set, or the file cannot be read.',
    remedy: 'Set the variable or create the file before Busbar is started.',
  },
  'BB-CONFIG-007': {
    sentence: 'The configuration names a backend that is not configured.',
    cause: 'A misspelt name, or a backend that was removed while a route still uses it.',
    remedy: 'Correct the name, or add the backend.',
  },
  'BB-CONFIG-008': {
    sentence: 'A name cannot be used for a backend.',
    cause: 'It is reserved, or has characters that a label of the metrics or a party of the timeline cannot have.',
    remedy: 'Choose another name of letters, digits, _, . and -.',
  },
  'BB-CONFIG-009': {
    sentence: 'Something that must be unique stands twice in the configuration.',
    cause: 'Copied lines.',
    remedy: 'Keep one of the two.',
  },
  'BB-CONFIG-010': {
    sentence: 'The API would be reachable from other machines without protection.',
    cause: 'It listens on an address that is not loopback, without tokens, or without encryption in front of it.',
    remedy: 'Set api.tokens and use https, or name the encrypting proxies in api.trustProxy; or listen on 127.0.0.1.',
  },
  'BB-CONFIG-011': {
    sentence: 'Unknown stations would be let in from other machines without anybody having said so plainly.',
    cause: '`unknown: accept` together with a listener that is not loopback.',
    remedy: 'Write `profile: 0` in `stations` if it is meant; otherwise list the stations as accounts.',
  },
  'BB-CONFIG-012': {
    sentence: 'A certificate or key cannot be used.',
    cause: 'The file is missing, is not PEM, is encrypted or expired, or key and certificate do not belong together.',
    remedy: 'Correct the path, or put the right file there.',
  },
  'BB-CONFIG-013': {
    sentence: 'Two parts of the configuration contradict each other.',
    cause: 'A key that means something only together with another, or excludes it.',
    remedy: 'Decide for one of the two.',
  },
  'BB-CONFIG-014': {
    sentence: 'A password or token is short.',
    cause: 'OCPP asks for at least 16 characters, and short ones can be guessed.',
    remedy: 'Use at least 16 characters.',
  },
  'BB-CONFIG-015': {
    sentence: 'The limit of open files is too low for the stations expected.',
    cause: 'Each station needs two descriptors: one for its own connection, one for that to its backend.',
    remedy: 'Raise the limit (LimitNOFILE of the systemd unit, or ulimit -n).',
  },
  'BB-CONFIG-016': {
    sentence: 'The memory of this machine may not be enough for the stations expected.',
    cause: 'Connections take memory, encrypted ones most.',
    remedy: 'Use a machine or a memory limit with more room, or expect fewer stations.',
  },
  'BB-CONFIG-017': {
    sentence: 'A part of the configuration has no effect.',
    cause: 'No route leads to it, an earlier route takes everything, or no station could ever come in.',
    remedy: 'Correct the routes or accounts, or take the part out.',
  },
  'BB-CONFIG-018': {
    sentence: 'A backend could not be reached in the way it is configured.',
    cause: 'It is down, its address is wrong, or it refused the connection.',
    remedy: 'Look at what the probe says: name, connection, certificate, credentials, version.',
  },
} as const satisfies Record<string, FaultDescription>

/** What can go wrong for the commands that talk to a running broker. */
const commandLineFaults = {
  'BB-CLI-001': {
    sentence: 'No broker answers at the address.',
    cause: 'Busbar is not running there, or listens on another address.',
    remedy: 'Start `busbar serve`, or name the address with --api or BUSBAR_API.',
  },
  'BB-CLI-002': {
    sentence: 'What answered is not the API of Busbar, or one of another version.',
    cause: 'The address leads to something else, for example a proxy.',
    remedy: 'Check --api or BUSBAR_API.',
  },
  'BB-CLI-003': {
    sentence: 'An argument of the command cannot be used.',
    cause: 'A misspelt option, a missing argument, or a value of another form.',
    remedy: 'See --help of the command.',
  },
  'BB-CLI-004': {
    sentence: 'The file is there already and is not overwritten.',
    cause: 'The command would replace something that may hold work.',
    remedy: 'Choose another name, or give --force.',
  },
  'BB-CLI-005': {
    sentence: 'A file named on the command line cannot be read or written.',
    cause: 'It does not exist, its folder does not, or permissions forbid it.',
    remedy: 'Correct the path or the permissions.',
  },
  'BB-CLI-006': {
    sentence: 'An address named on the command line cannot be listened on.',
    cause: 'Something else listens there, the port needs more rights, or the address is not of this machine.',
    remedy: 'Choose another port, or 0 for a free one.',
  },
} as const satisfies Record<string, FaultDescription>

/** Every fault by its code. Areas append their tables here. */
export const faultCatalogue = {
  ...frameFaults,
  ...linkFaults,
  ...handshakeFaults,
  ...routeFaults,
  ...coreFaults,
  ...apiFaults,
  ...storeFaults,
  ...configFaults,
  ...commandLineFaults,
} as const satisfies Record<string, FaultDescription>

export type FaultCode = keyof typeof faultCatalogue

/**
 * What the catalogue says of a code.
 * @param code a code as it stands in an entry, a log line or a problem document
 * @returns its description, or null for a code this version does not know
 */
export function describeFault(code: string): FaultDescription | null {
  return Object.hasOwn(faultCatalogue, code) ? faultCatalogue[code as FaultCode] : null
}
