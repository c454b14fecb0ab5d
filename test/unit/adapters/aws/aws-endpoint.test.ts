import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import {
  type AwsService,
  awsEndpoint,
  homeRegion,
  regionalEndpoint,
  regionOfArn,
} from '#shared/adapters/aws/aws-endpoint.ts';

const REGIONS = [
  'us-east-1',
  'eu-central-1',
  'ap-southeast-5',
  'cn-north-1',
  'cn-northwest-1',
  'us-gov-west-1',
  'us-gov-east-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'eu-isoe-west-1',
  'us-isof-south-1',
  'eusc-de-east-1',
];

/** What the SDK's own rules say. */
const RULES: Readonly<Record<AwsService, (region: string) => URL>> = {
  ssm: (Region) => new SSMClient({ region: Region }).config.endpointProvider({ Region }).url,
  secretsmanager: (Region) => new SecretsManagerClient({ region: Region }).config.endpointProvider({ Region }).url,
  sns: (Region) => new SNSClient({ region: Region }).config.endpointProvider({ Region }).url,
  sts: (Region) => new STSClient({ region: Region }).config.endpointProvider({ Region }).url,
};

describe('the endpoint of a service', () => {
  it.each<[AwsService]>([['ssm'], ['secretsmanager'], ['sns'], ['sts']])(
    'is that of the SDK in every partition: %s',
    (service) => {
      const ours = REGIONS.map((region) => regionalEndpoint(service, region).href);

      expect(ours).toEqual(REGIONS.map((region) => RULES[service](region).href));
    },
  );

  it.each<[AwsService, string]>([
    ['ssm', 'AWS_ENDPOINT_URL_SSM'],
    ['secretsmanager', 'AWS_ENDPOINT_URL_SECRETS_MANAGER'],
    ['sns', 'AWS_ENDPOINT_URL_SNS'],
    ['sts', 'AWS_ENDPOINT_URL_STS'],
  ])('of %s is what %s says, before AWS_ENDPOINT_URL', (service, variable) => {
    const environment = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', [variable]: 'https://vpce.example.com/base' };

    expect(awsEndpoint(service, 'eu-central-1', environment).href).toBe('https://vpce.example.com/base');
    expect(awsEndpoint(service, 'eu-central-1', { AWS_ENDPOINT_URL: 'http://[::1]:1' }).href).toBe('http://[::1]:1/');
  });

  it.each(['http://emulator.example.com:4566', 'http://127.0.0.1.example.com', 'ftp://127.0.0.1', 'nonsense'])(
    'is never %s: secrets are read there',
    (given) => {
      const act = () => awsEndpoint('ssm', 'eu-central-1', { AWS_ENDPOINT_URL_SSM: given });

      expect(act).toThrow('AWS_ENDPOINT_URL_SSM is no endpoint: set it to an https:// URL (http:// on loopback only)');
    },
  );
});

describe('the region', () => {
  it('is that of the function', () => {
    expect(homeRegion({ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'us-east-1' })).toBe('eu-west-1');
    expect(homeRegion({ AWS_DEFAULT_REGION: 'us-east-1' })).toBe('us-east-1');
    expect(() => homeRegion({})).toThrow('There is no AWS region here: set AWS_REGION');
  });

  it.each([
    ['arn:aws:secretsmanager:eu-west-1:123456789012:secret:cluster-AbCdEf', 'eu-west-1'],
    ['arn:aws-us-gov:ssm:us-gov-west-1:123456789012:parameter/weightless/token', 'us-gov-west-1'],
    ['arn:aws:iam::123456789012:role/weightless', undefined],
    ['/weightless/token', undefined],
  ])('of %s is %s', (text, region) => {
    expect(regionOfArn(text)).toBe(region);
  });
});
