import * as z from 'zod';
import { json, startAwsServer } from '#test/doubles/aws-server.ts';

export type SettingsStore = {
  readonly endpoint: string;
  /** What is kept below the path, by name; a test changes it as an operator does. */
  readonly parameters: Map<string, string>;
  readonly secrets: Map<string, string>;
  stop(): Promise<void>;
};

const Request = z.looseObject({ SecretId: z.string().optional(), Name: z.string().optional() });
const notThere = (type: string) => json({ __type: type, message: 'There is none of that name' }, 400);

/** SSM Parameter Store and Secrets Manager as the functions ask them, in one. */
export async function startSettingsStore(): Promise<SettingsStore> {
  const parameters = new Map<string, string>();
  const secrets = new Map<string, string>();
  const server = await startAwsServer(({ headers, body }) => {
    const { SecretId = '', Name = '' } = Request.parse(JSON.parse(body));
    switch (String(headers['x-amz-target']).split('.').at(-1)) {
      case 'GetParametersByPath':
        return json({ Parameters: [...parameters].map(([name, value]) => ({ Name: name, Value: value })) });
      case 'GetParameter': {
        const value = parameters.get(Name);
        return value === undefined ? notThere('ParameterNotFound') : json({ Parameter: { Name, Value: value } });
      }
      default: {
        const text = secrets.get(SecretId);
        return text === undefined ? notThere('ResourceNotFoundException') : json({ SecretString: text });
      }
    }
  });
  return { endpoint: server.endpoint, parameters, secrets, stop: server.stop };
}
