/**
 * A judge behind an OpenAI-compatible chat endpoint that reads pictures, where ILLUME
 * (arXiv 2412.06673, section 3.4) has GPT-4o. The paper does not publish its prompt: this one is
 * ours.
 */
import { inspect, short } from "../notebook/mod.ts";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import ky, { isHTTPError, isTimeoutError } from "../packages/ky.ts";
import { z } from "../packages/zod.ts";
import { encodePng } from "../data/picture.ts";
import { writeFileAtomic } from "../files/mod.ts";
import { listenForInterrupt, stopIfInterrupted } from "../notebook/mod.ts";
import { checkNumber, COUNT } from "../runtime/mod.ts";
import { assessmentOf, assessmentSchema, AXES, type Axis } from "./assessment.ts";
import { type Judge, type Judged, JudgeError, type Judgement } from "./judge.ts";
import type { JudgedLanguage } from "./judged_language.ts";
import { assessmentOfPoints, type Point } from "./points.ts";

/** Where a judge is, and how it is asked. */
export interface EndpointOptions {
  /** Such as "https://example.org/v1"; default what the environment has as OPENAI_BASE_URL. */
  readonly baseUrl?: string;
  /** Default OPENAI_MODEL. */
  readonly model?: string;
  /** Default OPENAI_API_KEY; an endpoint that wants none gets none. */
  readonly apiKey?: string;
  /** A folder for answers: what was answered once is not asked again. Default none. */
  readonly cache?: string;
  /** Seconds until an answer is given up; default 60. */
  readonly timeout?: number;
  /** How often a question is asked again that was not answered; default 4 times. */
  readonly retries?: number;
  /** Questions that are under way at a time; default 4. */
  readonly concurrency?: number;
  /**
   * The language that captions are in. The judge is then asked what this language finds out of a
   * picture, point by point, and its assessments are such as a model of it learns from
   * (`selfGenerate`). Default none: it is asked for every axis, in sentences of its own.
   */
  readonly language?: JudgedLanguage;
  /** Dollars for a million tokens, for `usage.dollars`. */
  readonly prices?: { readonly prompt: number; readonly completion: number };
}

/** What a judge was asked, and what it cost. */
export interface EndpointUsage {
  /** Questions that were sent and answered. */
  asked: number;
  /** Questions that the cache answered. */
  remembered: number;
  /** Tokens of what was asked, as the endpoint counts them. */
  promptTokens: number;
  /** Tokens of what was answered, as the endpoint counts them. */
  completionTokens: number;
  /** At the prices told; 0 without. */
  dollars: number;
}

const PROMPT =
  `You judge whether a picture shows what a caption asks for. Look at the picture first.
Judge only those of the following that the caption speaks of:
- "object": is every thing that the caption names there?
- "count": is the number of things exactly as told?
- "color": has every thing the colour told?
- "position": do the things stand to each other as told?
Answer with one JSON object. Its keys are among "object", "count", "color" and "position"; each value
is {"score": a whole number from 0 (nothing is right) to 10 (all is right), "analysis": one short
sentence that says what is seen and what was asked for}. Write nothing else.`;

const PROMPT_OF_POINTS =
  `You say what is in a picture. Look at the picture first. Answer every question with one of the
answers that stand behind it. Say what you see, which need not be what anybody asked for.
Write one JSON array of strings, an answer for each question in their order, and nothing else.`;

/** What is asked about a point; of a position are things named from the second to the first. */
const QUESTIONS: Readonly<Record<Axis, (about: string) => string>> = {
  object: (thing) => `Is there a thing of this kind: ${thing}?`,
  count: (thing) => `How many things of this kind are there: ${thing}?`,
  color: (thing) => `Which color has this thing: ${thing}?`,
  position: (about) => {
    const [from, thing] = about.split(" ");
    return `Where is this thing: ${thing}, as seen from this one: ${from}?`;
  },
};

const Reply = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).optional(),
});
type Reply = z.infer<typeof Reply>;

/** What is answered: overall and verdict follow from the axes. */
const Axes = assessmentSchema.omit({ overall: true, verdict: true }).refine((axes) =>
  AXES.some((axis) => axes[axis] !== undefined)
);

/** A judge that asks an endpoint, and counts what it asked. Nothing is sent before it judges. */
export class EndpointJudge implements Judge {
  /** What was asked so far. */
  readonly usage: EndpointUsage = {
    asked: 0,
    remembered: 0,
    promptTokens: 0,
    completionTokens: 0,
    dollars: 0,
  };
  readonly #options: EndpointOptions;
  readonly #url: string;
  readonly #model: string;

  /**
   * A judge at an endpoint that speaks OpenAI's protocol; it is not asked yet.
   * @throws RangeError naming the number among the options that is not as expected
   * @throws JudgeError where neither options nor environment name an endpoint and a model
   */
  constructor(options: EndpointOptions = {}) {
    const { timeout = 60, retries = 4, concurrency = 4, prices } = options;
    checkNumber("timeout", timeout, { above: 0 });
    checkNumber("retries", retries, { whole: true, min: 0 });
    checkNumber("concurrency", concurrency, COUNT);
    checkNumber("prices.prompt", prices?.prompt ?? 0, { min: 0 });
    checkNumber("prices.completion", prices?.completion ?? 0, { min: 0 });
    this.#options = options;
    this.#url = `${
      told("baseUrl", options, "OPENAI_BASE_URL").replace(/\/+$/, "")
    }/chat/completions`;
    this.#model = told("model", options, "OPENAI_MODEL");
    if (!URL.canParse(this.#url)) {
      throw new JudgeError(
        `Expected a baseUrl such as "https://host/v1", but found "${this.#url}"`,
      );
    }
  }

  /** What the console and a REPL show. */
  [inspect](): string {
    return `Judge: the model "${this.#model}" at ${this.#url}, asked ${
      short(this.usage.asked)
    } times`;
  }

  /**
   * Judges each picture against its caption, in order. An answer that is no assessment is given back
   * as it is.
   * @throws CaptionError for captions that the judge's language does not have
   * @throws JudgeError where a question is not answered, however often it is asked. Answers that came
   * before are in the cache.
   */
  async judge(items: readonly Judged[]): Promise<Judgement[]> {
    // What cannot be judged is refused before anything is asked.
    const points = items.map(({ caption }) => this.#options.language?.points(caption));
    const judgements = new Array<Judgement>(items.length);
    const waiting = [...items.keys()];
    const { concurrency = 4 } = this.#options;
    using _ = listenForInterrupt();
    const asking = async () => {
      for (let i = waiting.shift(); i !== undefined; i = waiting.shift()) {
        try {
          stopIfInterrupted(`before picture ${i + 1} of ${items.length}`);
          const [item, asked] = [items[i], points[i]];
          const said = await this.#answer(item, asked);
          judgements[i] = asked ? foundOf(asked, said) : axesOf(said);
        } catch (error) {
          waiting.length = 0;
          throw error;
        }
      }
    };
    const all = await Promise.allSettled(Array.from({ length: concurrency }, asking));
    for (const result of all) if (result.status === "rejected") throw result.reason;
    return judgements;
  }

  /** The endpoint's words on a picture, from the cache where they are there. */
  async #answer({ picture, caption }: Judged, points?: readonly Point[]): Promise<string> {
    const png = Buffer.from(await encodePng(picture, { scale: enlargement(picture.width) }));
    const question = {
      model: this.#model,
      temperature: 0,
      messages: [
        { role: "system", content: points ? PROMPT_OF_POINTS : PROMPT },
        {
          role: "user",
          content: [
            { type: "text", text: points ? questionsOf(points) : `Caption: ${caption}` },
            {
              type: "image_url",
              image_url: { url: `data:image/png;base64,${png.toString("base64")}` },
            },
          ],
        },
      ],
    };
    const { cache } = this.#options;
    const key = createHash("sha256").update(`${this.#url} ${JSON.stringify(question)}`);
    const path = cache && `${cache}/${key.digest("hex")}.json`;
    const known = path && await remembered(path);
    if (known) {
      this.usage.remembered++;
      return known;
    }
    const { choices: [{ message: { content } }], usage } = await this.#ask(question);
    this.usage.asked++;
    const { prices = { prompt: 0, completion: 0 } } = this.#options;
    if (usage) {
      const { prompt_tokens: prompt, completion_tokens: completion } = usage;
      this.usage.promptTokens += prompt;
      this.usage.completionTokens += completion;
      this.usage.dollars += (prompt * prices.prompt + completion * prices.completion) / 1e6;
    }
    if (cache && path) {
      await Deno.mkdir(cache, { recursive: true });
      await writeFileAtomic(path, new TextEncoder().encode(JSON.stringify({ content })));
    }
    return content;
  }

  /** Asks until there is an answer, with longer and longer pauses. */
  async #ask(question: unknown): Promise<Reply> {
    const { timeout = 60, retries = 4 } = this.#options;
    const key = this.#options.apiKey ?? Deno.env.get("OPENAI_API_KEY");
    let body: string;
    try {
      body = await ky.post(this.#url, {
        json: question,
        headers: key ? { Authorization: `Bearer ${key}` } : {},
        timeout: timeout * 1000,
        retry: { limit: retries, methods: ["post"], retryOnTimeout: true, jitter: true },
      }).text();
    } catch (error) {
      throw this.#refused(error);
    }
    const reply = Reply.safeParse(json(body));
    if (reply.success) return reply.data;
    throw new JudgeError(
      `Expected a chat completion of ${this.#url}, but found ${excerpt(body)}`,
    );
  }

  #refused(error: unknown): JudgeError {
    const { timeout = 60 } = this.#options;
    const found = isHTTPError(error)
      ? `status ${error.response.status}: ${excerpt(textOf(error.data))}`
      : isTimeoutError(error)
      ? `none after ${timeout} s`
      : `an error: ${(error as Error).message}`;
    const expected = `Expected an answer of ${this.#model} at ${this.#url}`;
    return new JudgeError(`${expected}, but found ${found}`, { cause: error });
  }
}

/** Small pictures are shown larger, so that what is in them can be seen. */
function enlargement(width: number): number {
  return Math.max(1, Math.round(512 / width));
}

function told(name: "baseUrl" | "model", options: EndpointOptions, variable: string): string {
  const value = options[name] ?? Deno.env.get(variable);
  if (value) return value;
  throw new JudgeError(
    `Expected a ${name} in the judge's options or as ${variable} in the environment, but found none`,
  );
}

/** What the cache has; undefined where it has nothing, or nothing that can be read. */
async function remembered(path: string): Promise<string | undefined> {
  const text = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  return z.object({ content: z.string() }).safeParse(json(text)).data?.content;
}

/** The questions about points, a line each, with what may be answered. */
function questionsOf(points: readonly Point[]): string {
  return points.map(({ axis, about, answers }, i) => {
    return `${i + 1}. ${QUESTIONS[axis](about)} ${answers.join(", ")}`;
  }).join("\n");
}

/** The assessment that follows from an answer to questions about points. */
function foundOf(points: readonly Point[], said: string): Judgement {
  const { data } = z.array(z.string()).length(points.length).safeParse(json(bare(said)));
  const found = data?.map((answer) => answer.trim().toLowerCase());
  const isAll = found?.every((answer, i) => points[i].answers.includes(answer));
  return isAll ? { assessment: assessmentOfPoints(points, found!) } : { said };
}

/** The assessment in an answer axis by axis. */
function axesOf(said: string): Judgement {
  const axes = Axes.safeParse(json(bare(said)));
  return axes.success ? { assessment: assessmentOf(axes.data) } : { said };
}

/** An answer without the block of code that it may stand in. */
function bare(said: string): string {
  return said.trim().replace(/^```(?:json)?\s*/, "").replace(/\s*```$/, "");
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textOf(data: unknown): string {
  return typeof data === "string" ? data : JSON.stringify(data ?? "nothing");
}

function excerpt(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return JSON.stringify(line.length > 120 ? `${line.slice(0, 120)} …` : line);
}
