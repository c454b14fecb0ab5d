import { isMode, MODES, type Mode } from '#shared/domain/mode.ts';
import { CliError } from './cli-error.ts';
import { parseOptions } from './parse-options.ts';

export type StartOptions = {
  /** Given by the user: taken means an error; otherwise the next free one from 8080 on. */
  readonly port?: number | undefined;
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  /** What the alerts' cluster label says, where it is not the kubeconfig's name for the cluster. */
  readonly clusterName?: string | undefined;
  /** Caps every object's own mode. */
  readonly mode: Mode;
  readonly demo: boolean;
  readonly dataDir?: string | undefined;
};

export const START_HELP = `weightless start: run the service here, with everything it needs

  npm start                                  plays the incident on an embedded cluster, then stays up
  npm start -- --kubeconfig ~/.kube/config   rolls back on a real cluster

Options
  --port N            the port on 127.0.0.1 (default: 8080, or the next free one)
  --kubeconfig FILE   a real cluster instead of the embedded one
  --context NAME      a context of that kubeconfig (default: its current one)
  --cluster-name NAME what the alerts' label \`cluster\` says (default: the kubeconfig's name for it)
  --mode MODE         act, suggest or observe: caps every object's own mode (default: act)
  --no-demo           do not play the incident
  --data DIR          keep the records in this folder (default: in memory)
  --help              this text

Environment
  WEIGHTLESS_ALERTS_TOKEN   the bearer token for POST /v1/alerts (default: a new one, printed)
  WEIGHTLESS_OPERATE_TOKEN  the token for what people do by hand (default: a new one, printed)
  WEIGHTLESS_READ_TOKEN     the token for the page, as the password (default: a new one, printed)
`;

/** undefined where help was asked for. @throws CliError on options that make no sense. */
export function parseStartOptions(args: string[]): StartOptions | undefined {
  const { values } = parse(args);
  if (values.help) return undefined;
  if (values.context !== undefined && values.kubeconfig === undefined)
    throw new CliError('--context needs --kubeconfig FILE');
  return {
    port: values.port === undefined ? undefined : portOf(values.port),
    kubeconfig: values.kubeconfig,
    context: values.context,
    clusterName: values['cluster-name'],
    mode: modeOf(values.mode ?? 'act'),
    demo: !values['no-demo'],
    dataDir: values.data,
  };
}

function parse(args: string[]) {
  return parseOptions({
    args,
    options: {
      port: { type: 'string' },
      kubeconfig: { type: 'string' },
      context: { type: 'string' },
      'cluster-name': { type: 'string' },
      mode: { type: 'string' },
      'no-demo': { type: 'boolean' },
      data: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

function modeOf(text: string): Mode {
  if (!isMode(text)) throw new CliError(`--mode takes ${MODES.join(', ')}, not ${JSON.stringify(text)}`);
  return text;
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new CliError(`--port takes a number from 1 to 65535, not ${JSON.stringify(text)}`);
  return port;
}
