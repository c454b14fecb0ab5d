import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';

/** zod/mini carries no messages: without this every problem reads "Invalid input". */
z.config(en());
