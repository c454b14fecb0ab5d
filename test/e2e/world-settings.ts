import { createHash } from 'node:crypto';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import type { Aws } from './aws.ts';

export const STAGE = 'e2e';
/** The second one's API server is reached through a relay that a test can block. */
export const CLUSTERS = { first: 'production-eu', second: 'production-us' } as const;
/** Who may operate, by the name of the token. */
export const OPERATOR = 'operator';
export const CHANNEL = 'outside';
/** Told of the same, and a test can let it fail. */
export const SECOND_CHANNEL = 'second';

type Cluster = { readonly url: string; readonly ca: string; readonly tokens: Readonly<Record<'member', string>> };

export type SettingsParts = {
  readonly aws: Aws;
  readonly clusters: readonly [first: Cluster & { readonly prometheus: string }, second: Cluster];
  readonly outsideUrl: string;
  readonly prometheusToken: string;
  readonly alertsToken: string;
  readonly readToken: string;
  readonly operateToken: string;
  readonly signingKey: string;
  readonly topicArn: string;
  readonly mailTopicArn: string;
};

/** What the stack is deployed with; its secrets are stored where the settings say that they are. */
export async function settingsOf(parts: SettingsParts): Promise<Record<string, unknown>> {
  const { aws, clusters, outsideUrl, topicArn } = parts;
  const [first, second] = clusters;
  // Not of two hundred services at once, which would make the emulator, one process, slow for everything else.
  const filter = { services: ['payment-svc'] };
  return {
    clusters: [
      {
        name: CLUSTERS.first,
        endpoint: first.url,
        ca: first.ca,
        token: await inSecretsManager(aws, CLUSTERS.first, JSON.stringify({ token: first.tokens.member }), 'token'),
        prometheus: {
          url: first.prometheus,
          token: await inSecretsManager(aws, 'prometheus', parts.prometheusToken),
          window: '1s',
        },
      },
      {
        name: CLUSTERS.second,
        endpoint: second.url,
        ca: second.ca,
        token: await inParameterStore(aws, CLUSTERS.second, second.tokens.member),
      },
    ],
    tokens: [
      { name: 'alertmanager', sha256: sha256(parts.alertsToken), scope: 'alerts' },
      { name: 'reader', sha256: sha256(parts.readToken), scope: 'read' },
      { name: OPERATOR, sha256: sha256(parts.operateToken), scope: 'operate' },
    ],
    sns: { topics: [topicArn] },
    notify: {
      channels: [
        {
          name: CHANNEL,
          type: 'webhook',
          filter,
          url: `${outsideUrl}/channels/${CHANNEL}`,
          signingKey: await inSecretsManager(aws, 'signing-key', parts.signingKey),
        },
        {
          name: SECOND_CHANNEL,
          type: 'webhook',
          filter,
          // A URL that is a secret itself, as that of a chat is.
          url: await inParameterStore(aws, 'second-url', `${outsideUrl}/channels/${SECOND_CHANNEL}`),
        },
        { name: 'mail', type: 'sns', filter, topicArn: parts.mailTopicArn },
      ],
    },
  };
}

async function inSecretsManager({ secrets }: Aws, name: string, value: string, key?: string) {
  const secret = `weightless/${STAGE}/${name}`;
  await secrets.send(new CreateSecretCommand({ Name: secret, SecretString: value }));
  return { secret, ...(key === undefined ? {} : { key }) };
}

async function inParameterStore({ ssm }: Aws, name: string, value: string) {
  const parameter = `/tokens/${STAGE}/${name}`;
  await ssm.send(new PutParameterCommand({ Name: parameter, Value: value, Type: 'SecureString' }));
  return { parameter };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
