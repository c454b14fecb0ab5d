import { describe, expect, it } from 'vitest';
import { tableDefinition, timeToLive } from '#shared/adapters/dynamodb/table.ts';
import { templateOf } from './template.ts';

describe('the table of the stack', () => {
  it('is the one that the code is tested with', () => {
    const { TableName: _, StreamSpecification, ...definition } = tableDefinition('any');
    const table = templateOf('plain').resource('Table').Properties;

    // CloudFormation has no StreamEnabled: a view type says it.
    expect(StreamSpecification.StreamEnabled).toBe(true);
    expect(table).toEqual({
      ...definition,
      StreamSpecification: { StreamViewType: StreamSpecification.StreamViewType },
      TimeToLiveSpecification: timeToLive('any').TimeToLiveSpecification,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  it('outlives the stack, unless told not to', () => {
    const [plain, full] = [templateOf('plain').resource('Table'), templateOf('full').resource('Table')];

    expect(plain).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(full).toMatchObject({ DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
  });
});
