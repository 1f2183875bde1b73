/** The kernelspec "Illume (Deno)": installed, refreshed and removed; notebooks of any folder with it. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { Kernel } from "../notebooks/kernel.ts";
import { installedKernelspec, jupyterDataFolder } from "../notebooks/kernelspec.ts";
import { assertRefused, runCommand, until } from "./commands.ts";
import { filesOf, inFolder } from "./folder.ts";

/** Lends a Jupyter data folder that `deno task kernel` finds, and a folder for notebooks. */
function withJupyter(use: (data: string, notebooks: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const [data, notebooks] = [join(folder, "data"), join(folder, "notebooks")];
    await Deno.mkdir(notebooks);
    const before = Deno.env.get("JUPYTER_DATA_DIR");
    Deno.env.set("JUPYTER_DATA_DIR", data);
    try {
      await use(data, notebooks);
    } finally {
      if (before === undefined) Deno.env.delete("JUPYTER_DATA_DIR");
      else Deno.env.set("JUPYTER_DATA_DIR", before);
    }
  });
}

async function install(data: string): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runCommand("kernel");
  equal(code, 0, stderr);
  match(stdout, /choose the kernel Illume \(Deno\)\n$/);
  return (await installedKernelspec(data))!.argv;
}

/** What a cell prints and shows, in words without colours. */
async function said(kernel: Kernel, code: string): Promise<string> {
  const outputs = await kernel.execute(code, { seconds: 60 });
  const words = outputs.map((output) => {
    if (output.output_type === "stream") return output.text;
    return output.output_type === "error" ? output.evalue : `${output.data["text/plain"]}`;
  });
  // deno-lint-ignore no-control-regex
  return words.join("").replace(/\u001b\[\d+m/g, "");
}

Deno.test("the kernel is installed twice and removed twice", () =>
  withJupyter(async (data) => {
    deepEqual(await install(data), await install(data));
    const kernels = await filesOf(join(data, "kernels"));
    deepEqual([...kernels.keys()].sort(), ["illume/deno", "illume/kernel.json"]);
    const removed = await runCommand("kernel", "--remove");
    deepEqual(removed.stdout, `${join(data, "kernels", "illume")}: removed\n`);
    deepEqual((await filesOf(data)).size, 0);
    const again = await runCommand("kernel", "--remove");
    deepEqual([again.code, again.stdout], [0, `${data}: no kernel of Illume\n`]);
  }));

Deno.test("a kernelspec that something else made is left alone", () =>
  withJupyter(async (data) => {
    const folder = join(data, "kernels", "illume");
    await Deno.mkdir(folder, { recursive: true });
    for (const foreign of [`{ "argv": ["python"], "metadata": {} }`, "no JSON"]) {
      await Deno.writeTextFile(join(folder, "kernel.json"), foreign);
      const before = await filesOf(data);
      for (const words of [[], ["--remove"]]) {
        const refusal = /^Expected a kernelspec of Illume, .* another one in .*kernel\.json/;
        assertRefused(await runCommand("kernel", ...words), refusal);
        deepEqual(await filesOf(data), before);
      }
    }
  }));

Deno.test("the data folder is Jupyter's", () => {
  const on = (os: string, env: Readonly<Record<string, string>> = {}) =>
    jupyterDataFolder({ os, home: "/home/ada", env: (name) => env[name] });
  equal(on("linux"), "/home/ada/.local/share/jupyter");
  equal(on("linux", { XDG_DATA_HOME: "/data" }), "/data/jupyter");
  equal(on("linux", { XDG_DATA_HOME: "/data", JUPYTER_DATA_DIR: "/own" }), "/own");
  equal(on("linux", { XDG_DATA_HOME: "", JUPYTER_DATA_DIR: "" }), on("linux"));
  equal(on("darwin", { XDG_DATA_HOME: "/data" }), "/home/ada/Library/Jupyter");
  equal(on("windows", { APPDATA: "/roaming" }), "/roaming/jupyter");
  equal(on("windows"), "/home/ada/.jupyter/data");
});

Deno.test("a notebook of any folder imports Illume by name, and all that it could import before", () =>
  withJupyter(async (data, notebooks) => {
    const write = (name: string, text: string) => Deno.writeTextFile(join(notebooks, name), text);
    await write("beside.ts", `export const beside: string = "beside";`);
    await write("words.txt", "words");
    const argv = await install(data);
    const files = await filesOf(notebooks);
    {
      await using kernel = await Kernel.start({ cwd: notebooks, argv });
      const cell = (code: string) => said(kernel, code);
      const [first] = await kernel.execute(
        `import { EmojiSet, openDevice, pictureOf } from "illume";
         pictureOf({ width: 1, height: 1, data: new Uint8Array(3) })`,
        { seconds: 60 },
      );
      ok(first.output_type === "execute_result" && "image/png" in first.data);
      equal(first.execution_count, 1);
      equal(
        await cell(`import { lossCurve } from "illume/plot"; import { plot } from "@illume/illume";
                    plot.lossCurve === lossCurve`),
        "true",
      );
      equal(
        await cell(`const { name } = await openDevice("cpu");
          const { emoji } = await EmojiSet.open({ size: 8, styles: ["noto"], count: 2 });
          name + emoji.length`),
        `"cpu2"`,
      );
      equal(await cell(`import { beside } from "./beside.ts"; beside`), `"beside"`);
      equal(await cell(`Deno.readTextFileSync("words.txt")`), `"words"`);
      match(
        await cell(`import "illume/plots"`),
        /Expected one of illume, illume\/graph, .*"illume/,
      );
    }
    deepEqual(await filesOf(notebooks), files);

    const imports = { illume: "./other.ts", mine: "./beside.ts", "zod/": "npm:/zod@4.6.7/" };
    await write("deno.json", JSON.stringify({ imports, lock: false }));
    await write("other.ts", `export const pictureOf = "other";`);
    await using kernel = await Kernel.start({ cwd: notebooks, argv });
    const code = `import { pictureOf } from "illume"; import { beside } from "mine";
      import { z } from "zod/v4"; [typeof pictureOf, beside, typeof z.string].join()`;
    equal(await said(kernel, code), `"function,beside,function"`);
  }));

const training = `import { openDevice, plot, StateStore } from "illume";
  import { input, ops } from "illume/graph";
  import { adamw, trainingLoop, TrainStep } from "illume/optim";
  const store = new StateStore(await openDevice("cpu"));
  const losses = (scope) => {
    const x = input("x", "float32", [64, 64]);
    const weight = scope.parameter("weight", [64, 64], { kind: "normal", deviation: 0.1 });
    return { loss: ops.mean(ops.tanh(ops.matmul(x, weight)), { axes: [0, 1], keepAxes: false }) };
  };
  const trainStep = await TrainStep.compile(
    { device: store.device, store, losses, optimizer: adamw(), seed: 0 },
  );
  const batch = () => ({ trainStep, inputs: { x: new Float32Array(64 * 64).fill(0.5) } });
  const plan = { stage: "fit", batchSize: 64, peakRate: 0.1, batch };
  let done = 0;`;

Deno.test("an interrupt is heard once, stops what Illume does, and nothing after", () =>
  withJupyter(async (data, cwd) => {
    const argv = await install(data);
    await using kernel = await Kernel.start({ cwd, argv });
    equal(await said(kernel, training), "");
    for (const cell of [1, 2]) {
      setTimeout(() => kernel.interrupt(), 500);
      match(
        await said(
          kernel,
          `for await (const { step } of plot.live(trainingLoop({ ...plan, done, steps: 1e9 })))
             done = step;`,
        ),
        /stopped fit after step \d+ of 1000000000$/,
        `${cell}`,
      );
      const goOn = `for await (const _ of trainingLoop({ ...plan, steps: 3 }));`;
      equal(await said(kernel, goOn), "");
    }

    // Where nothing of Illume listens, the kernel lives all the same.
    const wait = "await new Promise((resolve) => setTimeout(resolve, 1000));";
    await said(kernel, wait);
    setTimeout(() => kernel.interrupt(), 200);
    equal(await said(kernel, `${wait} "alive"`), `"alive"`);

    // As Jupyter does: the launcher leads a group of its own, and all of it is interrupted. The
    // kernel is not in it, and hears only what the launcher passes on.
    if (Deno.build.os !== "linux") return;
    await using grouped = await Kernel.start({ cwd, argv: ["setsid", ...argv] });
    const launcher = Number(await said(grouped, "Deno.ppid"));
    setTimeout(() => {
      for (const signal of ["SIGWINCH", "SIGINT"] as const) Deno.kill(-launcher, signal);
    }, 200);
    const count = `const heard = [];
      for (const signal of ["SIGWINCH", "SIGINT"]) {
        Deno.addSignalListener(signal, () => heard.push(signal));
      }
      ${wait} heard.join()`;
    equal(await said(grouped, count), `"SIGINT"`);
  }));

Deno.test("the launcher and its kernel end together", () =>
  withJupyter(async (data, cwd) => {
    const argv = await install(data);
    /** Starts a kernel that listens at a port, and does something to it. */
    const ends = async (how: (kernel: Kernel, launcher: number) => Promise<void>) => {
      await using kernel = await Kernel.start({ cwd, argv });
      const listen = `Deno.listen({ hostname: "127.0.0.1", port: 0 }).addr.port`;
      const port = Number(await said(kernel, listen));
      await how(kernel, Number(await said(kernel, "Deno.ppid")));
      const isGone = () =>
        Deno.connect({ hostname: "127.0.0.1", port }).then(
          (connection) => void connection.close(),
          (error) => error instanceof Deno.errors.ConnectionRefused,
        );
      await until(async () => await isGone() ?? false);
    };
    await ends((kernel) => rejects(said(kernel, "Deno.exit(3)"), /it ended with 3/));
    await ends((kernel, launcher) => {
      setTimeout(() => Deno.kill(launcher, "SIGTERM"), 200);
      return rejects(said(kernel, "while (true);"), /it ended with 143/);
    });
    await ends((kernel, launcher) => {
      setTimeout(() => Deno.kill(launcher, "SIGKILL"), 200);
      return rejects(said(kernel, "await new Promise(() => {})"), /it ended with SIGKILL/);
    });
  }));
