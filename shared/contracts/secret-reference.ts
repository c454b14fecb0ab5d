import './zod-words.ts';
import * as z from 'zod/mini';

/** Names that AWS takes and ARNs of them, without wildcards and variables: the functions' roles are given just these. */
const SECRET = /^(arn:aws[-a-z]*:secretsmanager:[-a-z0-9]+:\d{12}:secret:)?[\w/+=.@-]{1,512}$/;
const PARAMETER = /^(arn:aws[-a-z]*:ssm:[-a-z0-9]+:\d{12}:parameter)?[\w/.-]{1,1011}$/;

/** A secret in Secrets Manager. */
export const SecretsManagerReference = z.strictObject({
  /** The name or ARN of a secret in Secrets Manager. */
  secret: z.string().check(z.regex(SECRET)),
  /** The key, where the secret is a JSON object. */
  key: z.optional(z.string().check(z.minLength(1))),
});
/** A SecureString in SSM Parameter Store. */
export const SecureStringReference = z.strictObject({
  parameter: z.string().check(z.regex(PARAMETER)),
});

/** Where a secret is kept: the settings hold references, never values. */
export const SecretReferenceSchema = z.union(
  [SecretsManagerReference, SecureStringReference],
  'expected {"secret": NAME_OR_ARN} or {"parameter": NAME}, a reference and not the value itself',
);
export type SecretReference = z.infer<typeof SecretReferenceSchema>;
