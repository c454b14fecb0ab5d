import { inject } from 'vitest';
import { describePublishing } from '#test/port-suites/publishing.ts';

describePublishing('DynamoDB Local', () => inject('dynamodbEndpoint'));
