import './zod-words.ts';
import * as z from 'zod/mini';
import { type Matchers, parseMatchers } from '#shared/domain/alert-matcher.ts';
import { parseDuration } from '#shared/domain/duration.ts';
import { isDnsLabel } from '#shared/domain/kubernetes-name.ts';
import { ON_REVERT } from '#shared/domain/marks.ts';
import { MODES } from '#shared/domain/mode.ts';
import { WEEKDAYS } from '#shared/domain/report/weekly.ts';
import { serverUrl } from '#shared/domain/server-url.ts';
import { NotifySchema, TOPIC_ARN } from './channel-settings.ts';
import { SecretsManagerReference, SecureStringReference } from './secret-reference.ts';

export type { SecretReference } from './secret-reference.ts';

const duration = z.pipe(
  z.string().check(z.refine((text) => parseDuration(text) !== undefined, 'expected a duration such as 30s, 5m or 1h')),
  z.transform((text) => parseDuration(text) ?? 0),
);

const matchers = z.pipe(
  z.string(),
  z.transform((text, context): Matchers => {
    try {
      return parseMatchers(text);
    } catch (error) {
      context.issues.push({
        code: 'custom',
        input: text,
        message: error instanceof Error ? error.message : String(error),
      });
      return z.NEVER;
    }
  }),
);

const isServerUrl = (text: string) => serverUrl(text) !== undefined;

/** Those of AWS are our own keys, and no cluster's business. */
const VARIABLE = /^(?!AWS_)[A-Za-z_]\w*$/;

const TokenSourceSchema = z.union(
  [
    z.strictObject({ env: z.string().check(z.regex(VARIABLE)) }),
    z.strictObject({ file: z.string() }),
    SecretsManagerReference,
    SecureStringReference,
  ],
  'expected {"secret": NAME_OR_ARN}, {"parameter": NAME}, {"env": VARIABLE} or {"file": PATH}, never the token itself',
);
export type TokenSource = z.infer<typeof TokenSourceSchema>;

const ROLE_ARN = /^arn:aws[-a-z]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;
const REGION = /^[a-z]+(-[a-z]+)+-\d+$/;

/** Amazon EKS: the token is a presigned STS request, made from the function's own credentials. */
const EksSchema = z.strictObject({
  /** The name of the EKS cluster. */
  cluster: z.string().check(z.regex(/^[0-9A-Za-z][-\w]{0,99}$/, 'expected the name of an EKS cluster')),
  region: z.string().check(z.regex(REGION, 'expected a region such as eu-central-1')),
  /** The role to assume first, for a cluster of another account. */
  roleArn: z.optional(z.string().check(z.regex(ROLE_ARN, 'expected the ARN of an IAM role'))),
});
export type EksSettings = z.infer<typeof EksSchema>;

/** Amazon Managed Prometheus takes requests that are signed with keys of AWS. */
const SigV4Schema = z.strictObject({
  region: z.string().check(z.regex(REGION, 'expected a region such as eu-central-1')),
  /** The role to assume first, for a workspace of another account. */
  roleArn: z.optional(z.string().check(z.regex(ROLE_ARN, 'expected the ARN of an IAM role'))),
});

/** Where the cluster's istio_requests_total can be asked for. */
export const PrometheusSchema = z
  .strictObject({
    /** Up to where `/api/v1/query` begins. */
    url: z
      .string()
      .check(z.refine(isServerUrl, 'expected an https:// URL (http:// on loopback only) without user and password')),
    /** Where a bearer token is kept. At most one of this and `sigv4`. */
    token: z.optional(TokenSourceSchema),
    sigv4: z.optional(SigV4Schema),
    /** What tells the cluster's series from those of others, where one Prometheus holds several. */
    labels: z._default(
      z.record(z.string().check(z.regex(/^[A-Za-z_]\w*$/, 'expected the name of a label')), z.string()),
      {},
    ),
    /** What one look takes in: at least two scrapes. Who is still reached is paged this and 30 s after the zero. */
    window: z._default(duration, 60_000),
  })
  .check(
    z.refine(
      ({ token, sigv4 }) => token === undefined || sigv4 === undefined,
      'expected at most one of token and sigv4: how we prove to Prometheus who we are',
    ),
  );
export type PrometheusSettings = z.infer<typeof PrometheusSchema>;

const ClusterFields = z.strictObject({
  name: z
    .string()
    .check(z.regex(/^[A-Za-z0-9][-A-Za-z0-9_.@:/]{0,127}$/, 'expected a name of letters, digits and -_.@:/')),
  endpoint: z
    .string()
    .check(z.refine(isServerUrl, 'expected an https:// URL (http:// on loopback only) without user and password')),
  /** PEM of the API server's certificate authority; the system's where absent. */
  ca: z.optional(z.string().check(z.includes('-----BEGIN CERTIFICATE-----', 'expected a PEM certificate'))),
  /** Where the bearer token is read from. Either this or `eks`. */
  token: z.optional(TokenSourceSchema),
  eks: z.optional(EksSchema),
  namespaces: z.optional(
    z.array(z.string().check(z.refine(isDnsLabel, 'expected the name of a namespace'))).check(z.minLength(1)),
  ),
  optionalReads: z._default(z.boolean(), true),
  /** By which guard sees that a canary gets no requests any more. */
  prometheus: z.optional(PrometheusSchema),
  /** kubectl's name for the cluster, for the commands that people are given. */
  context: z.optional(z.string()),
});
export const ClusterSchema = ClusterFields.check(
  z.refine(
    ({ token, eks }) => (token === undefined) !== (eks === undefined),
    'expected either token or eks: how we prove to the cluster who we are',
  ),
);
export type ClusterSettings = z.infer<typeof ClusterSchema>;

export const SCOPES = ['alerts', 'read', 'operate'] as const;

const TokenSchema = z.strictObject({
  /** "Who", wherever something is recorded. */
  name: z.string().check(z.minLength(1), z.maxLength(128)),
  /** SHA-256 of the token, hex: the settings hold no secret. */
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/, 'expected the SHA-256 of the token in lower-case hex')),
  scope: z.enum(SCOPES),
  expiresAt: z.optional(z.iso.datetime({ offset: true })),
});
export type TokenSettings = z.infer<typeof TokenSchema>;

export const DEFAULT_SELECTOR = ['severity=~"critical|page"', 'sloth_severity="page"'];
export const DEFAULT_NEVER = ['alertname="SLOMetricAbsent"', 'severity="ticket"', 'sloth_severity="ticket"'];

const toMatchers = (texts: readonly string[]) => texts.map(parseMatchers);

/** Before most people of the week begin it, in Europe and east of it; in America it is there when they do. */
const MONDAY_MORNING = { day: 'monday', hour: 8 } as const;

const ReportSchema = z.strictObject({
  /** When the event of the week before is sent, UTC; `off`: never. */
  weekly: z._default(
    z.union(
      [z.literal('off'), z.strictObject({ day: z.enum(WEEKDAYS), hour: z.int().check(z.minimum(0), z.maximum(23)) })],
      'expected "off" or {"day": "monday", "hour": 8}: a day of the week and an hour of UTC from 0 to 23',
    ),
    MONDAY_MORNING,
  ),
});

export const SettingsSchema = z.strictObject({
  /** The global mode caps every object's own: `observe` is the kill switch. */
  mode: z._default(z.enum(MODES), 'act'),
  clusters: z.array(ClusterSchema).check(
    z.minLength(1),
    z.refine(
      (clusters) => new Set(clusters.map(({ name }) => name)).size === clusters.length,
      'expected every cluster to have a name of its own',
    ),
  ),
  tokens: z.array(TokenSchema).check(z.minLength(1)),
  alerts: z._default(
    z.strictObject({
      selector: z._default(z.array(matchers).check(z.minLength(1)), toMatchers(DEFAULT_SELECTOR)),
      never: z._default(z.array(matchers), toMatchers(DEFAULT_NEVER)),
      clusterLabel: z._default(z.string().check(z.minLength(1)), 'cluster'),
    }),
    { selector: toMatchers(DEFAULT_SELECTOR), never: toMatchers(DEFAULT_NEVER), clusterLabel: 'cluster' },
  ),
  /** Rollback SLA target and hold where an object does not say another. */
  sla: z._default(duration, 60_000),
  /** The share of rollbacks that have to meet it: what the report holds them against. */
  slaObjective: z._default(
    z.number().check(z.gt(0, 'expected a share such as 0.99'), z.lt(1, 'expected a share such as 0.99')),
    0.99,
  ),
  hold: z._default(duration, 3_600_000),
  /** What is done where a canary is put back within its hold, and its object does not say another. */
  onRevert: z._default(z.enum(ON_REVERT), 'reassert'),
  /** The SNS topics that alerts are taken from; any other is refused. */
  sns: z._default(
    z.strictObject({
      topics: z.array(z.string().check(z.regex(TOPIC_ARN, 'expected the ARN of a standard SNS topic'))),
    }),
    { topics: [] },
  ),
  /** What people are told of the SLA without asking. */
  report: z._default(ReportSchema, { weekly: MONDAY_MORNING }),
  /** Who is told, and of what. */
  notify: z._default(NotifySchema, { channels: [] }),
});
export type Settings = z.infer<typeof SettingsSchema>;

/** What is wrong, and where: the path from the top of what was checked. */
export type SettingsProblem = { readonly path: string; readonly message: string };

export class InvalidSettingsError extends Error {
  override name = 'InvalidSettingsError' as const;
  readonly retryable = false;
  readonly problems: readonly SettingsProblem[];

  constructor(message: string, problems: readonly SettingsProblem[] = [], options?: ErrorOptions) {
    super(message, options);
    this.problems = problems;
  }
}

/** Every problem at once, for whoever has to mend them. */
export function invalidSettings(problems: readonly SettingsProblem[]): InvalidSettingsError {
  const words = problems.map(({ path, message }) => `${path || 'settings'}: ${message}`);
  return new InvalidSettingsError(`The settings are not valid: ${words.join('; ')}`, problems);
}

/** A whole document, parsed from JSON already. */
export function checkSettings(document: unknown): Settings | readonly SettingsProblem[] {
  const parsed = SettingsSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  return parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
}

/** @throws InvalidSettingsError that lists every problem with its path. */
export function parseSettings(text: string): Settings {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new InvalidSettingsError('The settings are not JSON', [], { cause });
  }
  const checked = checkSettings(document);
  if (isProblems(checked)) throw invalidSettings(checked);
  return checked;
}

export function isProblems<T>(checked: T | readonly SettingsProblem[]): checked is readonly SettingsProblem[] {
  return Array.isArray(checked);
}
