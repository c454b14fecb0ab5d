import { splitSettings } from '#shared/contracts/settings-parameters.ts';
import { logicalId, type Resources } from './resource.ts';

/** The settings in Parameter Store: one parameter a cluster and one for the rest, under the path that functions read. */
export function settingsParameters(stage: string, text: string): Resources {
  const { parameters, problems } = splitSettings(JSON.parse(text));
  if (problems.length > 0) {
    const words = problems.map(({ path, message }) => `${path}: ${message}`);
    throw new Error(`The settings cannot be put into Parameter Store: ${words.join('; ')}`);
  }
  return Object.fromEntries(
    parameters.map(({ name, text: value }) => [
      logicalId('Settings', name),
      {
        Type: 'AWS::SSM::Parameter',
        Properties: { Name: `/weightless/${stage}/${name}`, Type: 'String', Tier: 'Standard', Value: value },
      },
    ]),
  );
}
