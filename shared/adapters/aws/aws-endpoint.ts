import { serverUrl } from '#shared/domain/server-url.ts';
import { AwsFault } from './aws-fault.ts';

export type AwsService = 'secretsmanager' | 'sns' | 'ssm' | 'sts';

type Environment = Readonly<Record<string, string | undefined>>;

/** How the SDKs spell a service in `AWS_ENDPOINT_URL_…`. */
const VARIABLES: Readonly<Record<AwsService, string>> = {
  secretsmanager: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  sns: 'AWS_ENDPOINT_URL_SNS',
  ssm: 'AWS_ENDPOINT_URL_SSM',
  sts: 'AWS_ENDPOINT_URL_STS',
};

/** The domain of each of AWS's partitions, by how its regions begin. */
const DOMAINS: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^eusc-/, 'amazonaws.eu'],
  [/^us-iso-/, 'c2s.ic.gov'],
  [/^us-isob-/, 'sc2s.sgov.gov'],
  [/^(us|eu)-isof-/, 'csp.hci.ic.gov'],
  [/^eu-isoe-/, 'cloud.adc-e.uk'],
];

/** Where a service of a region is reached; `AWS_ENDPOINT_URL_<SERVICE>` and `AWS_ENDPOINT_URL` name another place. */
export function awsEndpoint(service: AwsService, region: string, environment: Environment): URL {
  const variable = environment[VARIABLES[service]] ? VARIABLES[service] : 'AWS_ENDPOINT_URL';
  const given = environment[variable];
  return given ? parseEndpoint(given, variable) : regionalEndpoint(service, region);
}

/** AWS's own name for it, whatever the environment says: EKS takes tokens for no other host of STS. */
export function regionalEndpoint(service: AwsService, region: string): URL {
  const [, domain] = DOMAINS.find(([regions]) => regions.test(region)) ?? ['', 'amazonaws.com'];
  return new URL(`https://${service}.${region}.${domain}/`);
}

function parseEndpoint(text: string, variable: string): URL {
  const url = serverUrl(text);
  if (url) return url;
  throw new AwsFault(`${variable} is no endpoint: set it to an https:// URL (http:// on loopback only), or unset it`, {
    retryable: false,
  });
}

/** The region of the function. */
export function homeRegion(environment: Environment): string {
  const region = environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'];
  if (region) return region;
  throw new AwsFault('There is no AWS region here: set AWS_REGION (Lambda always does)', { retryable: false });
}

/** The region that an ARN names; undefined for a plain name. */
export function regionOfArn(text: string): string | undefined {
  return /^arn:aws[-a-z]*:[a-z]+:([-a-z0-9]+):/.exec(text)?.[1];
}
