import * as z from 'zod/mini';

/** ISO 8601 in UTC, as `toISOString` writes it; a pattern, as the schema registry takes no format. */
export const instant = z.string().check(z.regex(/^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/));
