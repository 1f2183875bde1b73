/** Configurations that people write, checked. */
import type { Schema } from "../packages/zod.ts";
import { brief } from "../graph/mod.ts";

/**
 * A configuration that was given by hand.
 *
 * @throws TypeError that names the first field that is not as expected
 */
export function checkedConfig<C>(schema: Schema<C>, config: unknown): C {
  const parsed = schema.safeParse(config);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  const where = path.length === 0 ? "" : ` at ${path.join(".")}`;
  throw new TypeError(`Expected a configuration, but found ${brief(config)}${where}: ${message}`);
}
