/** Which part of a long list: `from` is what the page before gave as `next`; none for the first one. */
export type Page = { readonly limit: number; readonly from?: string | undefined };
