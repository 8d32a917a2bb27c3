// Who is let in. Everything that was found out about a handshake is laid before one table, read from the top; the first
// row that fits decides. The table is the whole policy of the door: statuses are chosen with care, because 401 and 404
// stop some stations for good and are given only for reasons that last (trap W11).

export type DoorCode =
  | 'BB-LINK-021'
  | 'BB-LINK-022'
  | 'BB-LINK-023'
  | 'BB-LINK-024'
  | 'BB-LINK-027'
  | 'BB-LINK-028'
  | 'BB-LINK-031'
  | 'BB-LINK-032'

/** What the client certificate of a listener with `clientCa` turned out to be. */
export type CertificateFinding =
  | { readonly kind: 'notAsked' }
  | { readonly kind: 'bad'; readonly reason: string }
  | { readonly kind: 'good'; readonly serial: string }

/** What is known of a handshake once its identity was read. */
export interface Knock {
  /** Busbar is neither starting nor going down. */
  readonly open: boolean
  readonly listener: {
    readonly secure: boolean
    /** Bound to loopback only, so that nobody outside this machine can knock. */
    readonly loopback: boolean
  }
  /** `stations` of the configuration. */
  readonly authenticate: 'accounts' | 'backend'
  readonly unknown: 'reject' | 'accept'
  /** `profile: 0` is written out: the network itself is trusted. */
  readonly profileZero: boolean
  readonly account: 'none' | 'withPassword' | 'withoutPassword'
  readonly certificate: CertificateFinding
  /** The certificate is the one this identity's account expects; true where there is no account. */
  readonly certificateFits: boolean
  /** What was presented by Basic authentication, checked against the account where that has a password. */
  readonly password: 'absent' | 'malformed' | 'otherUser' | 'unchecked' | 'right' | 'wrong'
  /** The handshake came from a web page of another site. */
  readonly foreignPage: boolean
}

export type Admission =
  | { readonly kind: 'accept'; readonly profile: 0 | 1 | 2 | 3 }
  /** The primary decides, asked with the station's own credentials. */
  | { readonly kind: 'askPrimary' }
  | { readonly kind: 'refuse'; readonly status: number; readonly code: DoorCode; readonly reason: string }

interface DoorRow {
  readonly fits: (knock: Knock) => boolean
  readonly admit: (knock: Knock) => Admission
}

const refuse = (status: number, code: DoorCode, reason: string) => (): Admission => ({
  kind: 'refuse',
  status,
  code,
  reason,
})

const door: readonly DoorRow[] = [
  { fits: (k) => !k.open, admit: refuse(503, 'BB-LINK-028', 'not ready to take connections') },

  // Profile 3: the certificate is the only proof that counts on a listener that asks for one; a password would be a
  // way round it.
  {
    fits: (k) => k.certificate.kind === 'bad',
    admit: (k) =>
      refuse(401, 'BB-LINK-023', k.certificate.kind === 'bad' ? k.certificate.reason : 'no client certificate')(),
  },
  {
    fits: (k) => k.certificate.kind === 'good' && !k.certificateFits,
    admit: refuse(401, 'BB-LINK-023', 'the certificate belongs to another station'),
  },
  {
    fits: (k) => k.certificate.kind === 'good' && (k.account !== 'none' || k.unknown === 'accept'),
    admit: () => ({ kind: 'accept', profile: 3 }),
  },
  { fits: (k) => k.certificate.kind === 'good', admit: refuse(404, 'BB-LINK-021', 'no account for this station') },

  { fits: (k) => k.password === 'malformed', admit: refuse(401, 'BB-LINK-022', 'unreadable Authorization header') },

  // A password of an account is checked here, whoever else might let the station in.
  {
    fits: (k) => k.account === 'withPassword' && k.password === 'right',
    admit: (k) => ({ kind: 'accept', profile: k.listener.secure ? 2 : 1 }),
  },
  {
    fits: (k) => k.account === 'withPassword' && k.password === 'absent',
    admit: refuse(401, 'BB-LINK-022', 'no password was presented'),
  },
  {
    fits: (k) => k.account === 'withPassword' && k.password === 'otherUser',
    admit: refuse(401, 'BB-LINK-022', 'the user name is not the identity of the URL'),
  },
  { fits: (k) => k.account === 'withPassword', admit: refuse(401, 'BB-LINK-022', 'wrong password') },

  // From here on nothing proves who it is. A browser on this machine can reach a loopback listener; a page can not be
  // a station.
  { fits: (k) => k.foreignPage, admit: refuse(403, 'BB-LINK-031', 'opened by a web page of another site') },
  { fits: (k) => k.authenticate === 'backend', admit: () => ({ kind: 'askPrimary' }) },
  {
    fits: (k) => k.account === 'none' && k.unknown === 'reject',
    admit: refuse(404, 'BB-LINK-021', 'no account for this station'),
  },
  {
    fits: (k) => !k.listener.loopback && !k.profileZero,
    admit: refuse(401, 'BB-LINK-024', 'a station without credentials may connect on loopback only'),
  },
  { fits: () => true, admit: () => ({ kind: 'accept', profile: 0 }) },
]

/**
 * Decides whether a station is let in.
 * @returns acceptance with the security profile that was proven, the question to the primary, or a refusal with HTTP
 *   status and code
 */
export function judgeKnock(knock: Knock): Admission {
  for (const row of door) if (row.fits(knock)) return row.admit(knock)
  return { kind: 'refuse', status: 503, code: 'BB-LINK-028', reason: 'no rule of the door fits' }
}

/** How the primary answered the question whether a station may come in. */
export type PrimaryAnswer =
  | { readonly kind: 'up' }
  | { readonly kind: 'refused'; readonly cause: 'version' | 'credentials' | 'unknownStation' | 'certificate' | 'other' }
  | { readonly kind: 'unreachable' }
  /** No route leads to a backend, so nobody can be asked. */
  | { readonly kind: 'noRoute' }

/**
 * Decides about a station whose primary was asked with the station's own credentials (`authenticate: backend`).
 * @param remembered whether the primary once accepted exactly these credentials. When it is away, only a yes counts: a
 *   remembered other password may have been changed there, so it is "later", not "no"
 * @param presented whether there was a password at all
 */
export function judgePrimaryAnswer(
  answer: PrimaryAnswer,
  remembered: boolean,
  secure: boolean,
  presented: boolean,
): Admission {
  const accept: Admission = { kind: 'accept', profile: presented ? (secure ? 2 : 1) : 0 }
  switch (answer.kind) {
    case 'up':
      return accept
    case 'noRoute':
      return refuse(404, 'BB-LINK-021', 'no route leads to a backend that could let it in')()
    case 'refused':
      if (answer.cause === 'credentials') return refuse(401, 'BB-LINK-032', 'the backend refused its credentials')()
      if (answer.cause === 'unknownStation') return refuse(404, 'BB-LINK-032', 'the backend does not know it')()
      break
    case 'unreachable':
  }
  return remembered ? accept : refuse(503, 'BB-LINK-027', 'the backend that decides cannot be asked')()
}
