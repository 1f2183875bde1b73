/** What studies find out, and which arms that takes. */

/** What is found out. */
export interface Experiment<Arm> {
  readonly title: string;
  /** What is compared, and what the paper found. */
  readonly about: string;
  readonly arms: readonly Arm[];
}

/**
 * The arms of some experiments, each once.
 *
 * @param order of all experiments, by number: in it they are trained
 * @param numbers of those that are wanted
 */
export function armsIn<Arm extends { readonly name: string }>(
  experiments: Readonly<Record<string, Experiment<Arm>>>,
  order: readonly string[],
  numbers: readonly string[],
): Arm[] {
  const arms = order.filter((number) => numbers.includes(number))
    .flatMap((number) => experiments[number].arms);
  return [...new Map(arms.map((arm) => [arm.name, arm])).values()];
}
