import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { wordsOf } from '#cli/words-of.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment with the credentials and the region that the AWS CLI would take: of variables, a profile, SSO or a
 * role. Our own calls know variables only, and looking for the others is the SDK's.
 */
export async function withOwnAws(environment: Environment): Promise<Environment> {
  const client = new DynamoDBClient({});
  try {
    const [keys, region] = await Promise.all([client.config.credentials(), client.config.region()]);
    return {
      ...environment,
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      AWS_SESSION_TOKEN: keys.sessionToken,
      AWS_REGION: region,
    };
  } catch (error) {
    throw new Error(`There are no AWS credentials or no region: ${wordsOf(error)}`, { cause: error });
  } finally {
    client.destroy();
  }
}
