import type { Alert } from './alert.ts';
import type { Command } from './command.ts';
import type { DestinationKey } from './destination.ts';
import type { Managed } from './managed.ts';
import type { Reason } from './outcome.ts';
import type { DestinationRule } from './surroundings.ts';

/** One canary of one cluster, with every managed object that routes to it. */
export type Target = {
  readonly cluster: string;
  readonly canary: DestinationKey;
  readonly members: readonly Member[];
  readonly rules: readonly DestinationRule[];
  /** The controller that owns the weights of one of the members. */
  readonly managedBy?:
    | { readonly by: 'flagger' | 'rollouts'; readonly namespace: string; readonly name: string }
    | undefined;
};

export type Member = { readonly managed: Managed; readonly stable?: DestinationKey | undefined };

/** One alert about one target. */
export type Claim = {
  readonly alert: Alert;
  /** Found by `service`/`app` and `namespace` alone, without the alert asking for a rollback. */
  readonly weak: boolean;
  readonly side: 'canary' | 'stable' | 'other' | 'unknown';
};

/** Why nothing can be done about an alert, said to a person. */
export type Unresolved = {
  readonly kind: 'unresolved';
  readonly reason: Reason;
  readonly message: string;
  readonly commands: readonly Command[];
  readonly virtualServices: readonly string[];
};

export type Resolved = {
  readonly kind: 'resolved';
  readonly targets: readonly { readonly target: Target; readonly claim: Claim }[];
};
