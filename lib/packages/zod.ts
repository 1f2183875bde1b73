/** Schemas of what comes from outside. */
export { z } from "npm:zod@4.6.7";

/** What is wrong with a value, the first issue first. */
export interface SchemaError extends Error {
  /** Where in the value, and what was expected there. */
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

/** Checks what comes from outside. Zod's schemas do, and whatever else has these two methods. */
export interface Schema<T> {
  /**
   * The value, checked.
   * @throws SchemaError where it is not as expected
   */
  parse(value: unknown): T;
  /** The value, checked, or what is wrong with it. */
  safeParse(value: unknown):
    | { readonly success: true; readonly data: NoInfer<T>; readonly error?: undefined }
    | { readonly success: false; readonly error: SchemaError };
}
