/** A workload on a device, ready to run. */
export interface Runnable {
  /** Runs once; what it gives is compared with what others give. */
  run(): Promise<number | number[]>;
}
