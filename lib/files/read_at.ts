/**
 * A number of bytes of an open file, from a place on.
 * @throws Error where the file ends before
 */
export function readAt(
  file: Deno.FsFile,
  start: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  file.seekSync(start, Deno.SeekMode.Start);
  for (let filled = 0; filled < length;) {
    const count = file.readSync(bytes.subarray(filled));
    if (count === null) {
      throw new Error(`Expected ${length} bytes from byte ${start} on, but found ${filled}`);
    }
    filled += count;
  }
  return bytes;
}
