import { CreateTableCommand, DeleteTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, inject, test } from 'vitest';
import { kube } from './engines/kube-objects.ts';

const virtualService = (namespace: string) => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'reviews', namespace },
  spec: {
    hosts: ['reviews'],
    http: [
      {
        route: [
          { destination: { host: 'reviews', subset: 'v1' }, weight: 1 },
          { destination: { host: 'reviews', subset: 'v2' }, weight: 99 },
        ],
      },
    ],
  },
});

describe('the real Kubernetes API server', () => {
  const admin = kube(inject('kubeApiserver'));

  test('keeps a VirtualService as it was created', async () => {
    const object = virtualService(await admin.newNamespace());

    await admin.create(object);

    expect(await admin.get(object)).toMatchObject(object);
  });

  test('answers 409 to a patch that replaces a stale resourceVersion', async () => {
    const object = virtualService(await admin.newNamespace());
    const { metadata } = await admin.create(object);
    const patch = (hosts: string[]) => [
      { op: 'replace', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
      { op: 'replace', path: '/spec/hosts', value: hosts },
    ];
    await admin.patch(object, patch(['first']));

    const second = admin.patch(object, patch(['second']));

    await expect(second).rejects.toMatchObject({ name: 'KubeError', status: 409 });
    expect(await admin.get(object)).toMatchObject({ spec: { hosts: ['first'] } });
  });

  test('holds its objects to the schemas of Istio, Argo Rollouts and Flagger', async () => {
    const namespace = await admin.newNamespace();
    const wrong = [
      { ...virtualService(namespace), spec: { http: 'none' } },
      { ...virtualService(namespace), kind: 'DestinationRule', spec: { subsets: 'none' } },
      { ...virtualService(namespace), apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', spec: { replicas: 'one' } },
      { ...virtualService(namespace), apiVersion: 'flagger.app/v1beta1', kind: 'Canary', spec: { suspend: 'no' } },
    ];

    const answers = await Promise.allSettled(wrong.map((object) => admin.create(object)));

    expect(answers).toMatchObject(wrong.map(() => ({ status: 'rejected', reason: { status: 422 } })));
  });

  test('lets a user without a role do nothing', async () => {
    const nobody = kube(inject('kubeApiserver'), 'nobody');
    const object = virtualService(await admin.newNamespace());

    const created = nobody.create(object);

    await expect(created).rejects.toMatchObject({ name: 'KubeError', status: 403 });
  });
});

describe('DynamoDB Local', () => {
  test('creates a table', async () => {
    const client = new DynamoDBClient({
      endpoint: inject('dynamodbEndpoint'),
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const TableName = 'engines-test';

    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      }),
    );

    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({ TableStatus: 'ACTIVE' });
    await client.send(new DeleteTableCommand({ TableName }));
  });
});
