/** Where progress is shown: redrawn on a terminal, line by line in a log, live in a notebook. */
import { type Display, notebookDisplay } from "../notebook/mod.ts";

/** Shows one status at a time; a stage's last status stays. */
export interface ProgressView {
  /** Least seconds between two updates. */
  readonly interval: number;
  /** A stage begins. */
  begin(status: string): void;
  /** A stage goes on. */
  update(status: string): void;
  /** A stage has ended. */
  end(status: string): void;
  /** A line between stages, which stays. */
  tell(line: string): void;
}

const encoder = new TextEncoder();

/** The view that fits where the program runs. Terminals and logs are written on standard error. */
export function progressView(): ProgressView {
  const display = notebookDisplay();
  if (display) return new NotebookView(display);
  const write = (text: string) => {
    try {
      Deno.stderr.writeSync(encoder.encode(text));
    } catch {
      // A terminal that was closed is no reason to end what it showed.
    }
  };
  return Deno.stderr.isTerminal() ? new TerminalView(write, terminalColumns) : new LogView(write);
}

/** One line of a terminal, redrawn in place. */
export class TerminalView implements ProgressView {
  readonly interval = 0.1;

  /** A line of as many columns as there are, written by `write`. */
  constructor(
    readonly write: (text: string) => void,
    readonly columns: () => number,
  ) {}

  begin(status: string): void {
    this.update(status);
  }

  update(status: string): void {
    const visible = [...status].slice(0, this.columns() - 1).join("");
    this.write(`\r\x1b[K${visible}`);
  }

  end(status: string): void {
    this.update(status);
    this.write("\n");
  }

  tell(line: string): void {
    this.write(`\r\x1b[K${line}\n`);
  }
}

/** Plain lines, a few a minute, for files and pipes. */
export class LogView implements ProgressView {
  readonly interval = 5;

  /** Lines that are written by `write`. */
  constructor(readonly write: (text: string) => void) {}

  begin(): void {}

  update(status: string): void {
    this.write(`${status}\n`);
  }

  end(status: string): void {
    this.tell(status);
  }

  tell(line: string): void {
    this.write(`${line}\n`);
  }
}

/** Text in a notebook cell's output, replaced as it changes; ended stages stay above. */
export class NotebookView implements ProgressView {
  readonly interval = 0.25;
  readonly #ended: string[] = [];
  #shown: Promise<void> = Promise.resolve();

  /** The output of a cell, which `display` replaces. */
  constructor(readonly display: Display) {}

  begin(status: string): void {
    this.update(status);
  }

  update(status: string): void {
    const text = [...this.#ended, status].join("\n");
    this.#shown = this.#shown.then(() => this.display({ "text/plain": text })).catch(() => {});
  }

  end(status: string): void {
    this.tell(status);
  }

  tell(line: string): void {
    this.update(line);
    this.#ended.push(line);
  }
}

function terminalColumns(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 80;
  }
}
