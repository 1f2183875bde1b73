/**
 * `deno task kernel`: installs a Jupyter kernel in which `import { … } from "illume"` works, for
 * notebooks in any folder; `--remove` takes it away.
 */
import { homedir } from "node:os";
import {
  ForeignKernelspecError,
  installKernelspec,
  jupyterDataFolder,
  removeKernelspec,
} from "../notebooks/kernelspec.ts";
import { main, readCommandLine, UsageError } from "./options.ts";

await main(async () => {
  const options = readCommandLine({
    task: "kernel",
    options: { remove: { meaning: "takes the kernel away again" } },
    examples: ["", "--remove"],
  });
  const { os } = Deno.build;
  const data = jupyterDataFolder({ os, home: homedir(), env: (name) => Deno.env.get(name) });
  try {
    if (!options.flag("remove")) {
      console.log(`${await installKernelspec(data)}: in Jupyter, choose the kernel Illume (Deno)`);
    } else {
      const folder = await removeKernelspec(data);
      console.log(folder === undefined ? `${data}: no kernel of Illume` : `${folder}: removed`);
    }
  } catch (error) {
    throw error instanceof ForeignKernelspecError ? new UsageError(error.message) : error;
  }
});
