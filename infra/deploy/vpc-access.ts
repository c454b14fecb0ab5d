import { type Resources, sub } from './resource.ts';

export type Vpc = { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] };

/** Where the functions that speak to clusters run, for API servers with a private endpoint only. */
export function vpcOf(subnetIds: readonly string[], securityGroupIds: readonly string[]): Vpc | undefined {
  if (subnetIds.length === 0 && securityGroupIds.length === 0) return undefined;
  if (subnetIds.length === 0 || securityGroupIds.length === 0) {
    throw new Error('A VPC needs both: --param subnetIds=subnet-…,subnet-… and --param securityGroupIds=sg-…');
  }
  return { subnetIds, securityGroupIds };
}

/**
 * Lambda makes the network interfaces with the function's own role, and asks for these rights on any resource. The code
 * of the function itself is denied them.
 */
const INTERFACE_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

export function vpcAccess(vpc: Vpc | undefined, stage: string): Resources {
  if (!vpc) return {};
  return {
    RollbackVpcAccess: interfacesFor('Rollback', stage),
    GuardVpcAccess: interfacesFor('Guard', stage),
    OperateVpcAccess: interfacesFor('Operate', stage),
  };
}

function interfacesFor(name: 'Rollback' | 'Guard' | 'Operate', stage: string) {
  // Written out: by reference, function and policy would wait for each other.
  const source = `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:weightless-${stage}-${name.toLowerCase()}`;
  const interfaces = { Action: INTERFACE_ACTIONS, Resource: '*' };
  const Statement = [
    { Sid: 'Interfaces', Effect: 'Allow', ...interfaces },
    {
      Sid: 'NotForTheCode',
      Effect: 'Deny',
      ...interfaces,
      Condition: { ArnEquals: { 'lambda:SourceFunctionArn': sub(source) } },
    },
  ];
  return {
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyName: `${name}VpcAccess`,
      Roles: [{ Ref: `${name}Role` }],
      PolicyDocument: { Version: '2012-10-17', Statement },
    },
  };
}
