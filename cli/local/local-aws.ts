/** What every local engine takes: the SDK asks for a region and credentials, and nobody checks them. */
export const LOCAL_AWS = { region: 'eu-central-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
