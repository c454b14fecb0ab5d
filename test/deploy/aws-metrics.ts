/** The metrics that AWS's namespaces have, and the dimension that each is watched by here: CloudWatch takes any name. */
export const AWS_METRICS: Readonly<Record<string, { readonly dimension: string; readonly names: readonly string[] }>> =
  {
    // Of HTTP APIs; those of REST APIs are called otherwise.
    'AWS/ApiGateway': {
      dimension: 'ApiId',
      names: ['4xx', '5xx', 'Count', 'DataProcessed', 'IntegrationLatency', 'Latency'],
    },
    'AWS/Lambda': {
      dimension: 'FunctionName',
      names: [
        'AsyncEventAge',
        'AsyncEventsDropped',
        'AsyncEventsReceived',
        'ConcurrentExecutions',
        'DeadLetterErrors',
        'DestinationDeliveryFailures',
        'Duration',
        'Errors',
        'Invocations',
        'IteratorAge',
        'ProvisionedConcurrencyInvocations',
        'ProvisionedConcurrencySpilloverInvocations',
        'ProvisionedConcurrencyUtilization',
        'ProvisionedConcurrentExecutions',
        'Throttles',
      ],
    },
    'AWS/SQS': {
      dimension: 'QueueName',
      names: [
        'ApproximateAgeOfOldestMessage',
        'ApproximateNumberOfMessagesDelayed',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesVisible',
        'NumberOfEmptyReceives',
        'NumberOfMessagesDeleted',
        'NumberOfMessagesReceived',
        'NumberOfMessagesSent',
        'SentMessageSize',
      ],
    },
  };
