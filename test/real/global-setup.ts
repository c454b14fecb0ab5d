import type { TestProject } from 'vitest/node';
import { startDynamodbLocal } from './engines/dynamodb-local.ts';
import { installRights } from './engines/install-rights.ts';
import { startKubeApiserver } from './engines/kube-apiserver.ts';
import type { ByUser } from './engines/kube-users.ts';

declare module 'vitest' {
  interface ProvidedContext {
    kubeApiserver: { url: string; caFile: string; ca: string; dir: string; kubeconfigs: ByUser; tokens: ByUser };
    dynamodbEndpoint: string;
  }
}

/**
 * Starts one API server and one DynamoDB Local for the whole run: a test takes a namespace or a table of its own. The
 * API server has the role and the admission policy that are shipped, so that what is tried as `member` is tried with them.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const kubeApiserver = await startKubeApiserver();
  const stopIt = async (error: unknown) => {
    await kubeApiserver.stop();
    throw error;
  };
  await installRights(kubeApiserver).catch(stopIt);
  const dynamodb = await startDynamodbLocal().catch(stopIt);
  const { url, caFile, ca, dir, kubeconfigs, tokens } = kubeApiserver;
  project.provide('kubeApiserver', { url, caFile, ca, dir, kubeconfigs, tokens });
  project.provide('dynamodbEndpoint', dynamodb.endpoint);

  return async () => {
    await Promise.all([kubeApiserver.stop(), dynamodb.stop()]);
  };
}
