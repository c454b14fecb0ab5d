import * as z from 'zod/mini';
import { REASONS, type Reason } from '#shared/domain/outcome.ts';

export const ReasonSchema = z.enum(Object.keys(REASONS) as [Reason, ...Reason[]]);
