/** The judge behind an endpoint, against a server that answers well, slowly, wrongly, and not at all. */
import assert from "node:assert/strict";
import { EndpointJudge, type EndpointOptions } from "../lib/assessment/endpoint_judge.ts";
import { COLORS } from "../lib/assessment/geneval_words.ts";
import { assess, JudgeError } from "../lib/assessment/judge.ts";
import { foundIn } from "../lib/assessment/points.ts";
import { emojiLanguage } from "../lib/worlds/emoji/language.ts";
import { worldOf } from "../lib/worlds/emoji/world.ts";
import { inFolder } from "./folder.ts";

const picture = { width: 4, height: 4, data: new Uint8Array(48).fill(200) };
const GOOD = {
  object: { score: 10, analysis: "A heart is seen, as asked." },
  color: { score: 4, analysis: "It is orange, and red was asked for." },
};

interface Question {
  readonly model: string;
  readonly messages: readonly { readonly content: unknown }[];
}
type Answer = (question: Question, request: Request) => Response | Promise<Response>;

const completion = (content: string) =>
  Response.json({
    choices: [{ message: { role: "assistant", content } }],
    usage: { prompt_tokens: 100, completion_tokens: 20 },
  });

/** Runs a test against a server that gives these answers one after the other, and then the last. */
async function answering(
  answers: readonly Answer[],
  test: (judge: (options?: EndpointOptions) => EndpointJudge, asked: Question[]) => Promise<void>,
): Promise<void> {
  const asked: Question[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const question = await request.json();
    asked.push(question);
    return await answers[Math.min(asked.length, answers.length) - 1](question, request);
  });
  const baseUrl = `http://127.0.0.1:${server.addr.port}/v1/`;
  const judge = (options: EndpointOptions = {}) =>
    new EndpointJudge({ baseUrl, model: "eyes", retries: 2, ...options });
  try {
    await test(judge, asked);
  } finally {
    await server.shutdown();
  }
}

const good: Answer = () => completion(JSON.stringify(GOOD));

Deno.test("a good answer becomes an assessment, and what it cost is counted", () =>
  answering([(question, request) => {
    assert.equal(new URL(request.url).pathname, "/v1/chat/completions");
    assert.equal(request.headers.get("authorization"), "Bearer secret");
    assert.equal(question.model, "eyes");
    return good(question, request);
  }], async (judge, asked) => {
    const own = judge({ apiKey: "secret", prices: { prompt: 2, completion: 10 } });
    assert.equal(asked.length, 0, "nothing is sent before it is asked for");
    const assessment = await assess(picture, "a red heart", { judge: own });
    assert.deepEqual(assessment, { ...GOOD, overall: 7, verdict: "bad" });
    const { promptTokens, completionTokens, dollars } = own.usage;
    assert.deepEqual([promptTokens, completionTokens, dollars], [100, 20, 400e-6]);
    const shown = JSON.stringify(asked[0].messages);
    assert.match(shown, /Caption: a red heart/);
    assert.match(shown, /data:image\/png;base64,iVBOR/);
  }));

Deno.test("an answer in a block of code is read, and others are given back as they are", () => {
  const fenced = "```json\n" + JSON.stringify(GOOD) + "\n```";
  const wrong = [
    "It looks fine to me.",
    '{"object": {"score": 11, "analysis": "too good"}}',
    '{"beauty": {"score": 5, "analysis": "not asked"}}',
    "{}",
    '{"object": {"score": 10',
  ];
  return answering([fenced, ...wrong].map((said) => () => completion(said)), async (judge) => {
    const items = [fenced, ...wrong].map(() => ({ picture, caption: "a red heart" }));
    const [first, ...others] = await judge({ concurrency: 1 }).judge(items);
    assert.equal(first.assessment?.verdict, "bad");
    assert.deepEqual(others, wrong.map((said) => ({ said })));
    await assert.rejects(
      () => assess(picture, "a red heart", { judge: judge() }),
      /^JudgeError: Expected an assessment, but found "{/,
    );
  });
});

Deno.test("asked point by point, it says what a model can learn; other answers are given back", () => {
  const language = emojiLanguage(worldOf("nano"));
  const caption = "a red cat above a blue dog";
  const lines = ({ messages }: Question) => {
    const [{ text }] = messages[1].content as { text: string }[];
    return text.split("\n");
  };
  // Each answer is the last that a question allows, or the first.
  const last: Answer = (question) => {
    const answers = lines(question).map((line) => line.split(/, |\? /).at(-1)!.toUpperCase());
    return completion("```json\n" + JSON.stringify(answers) + "\n```");
  };
  const wrong = ["[]", '["seen"]', '["seen", "seen", "red", "azure", "above"]', GOOD];
  const others = wrong.map((said) => typeof said === "string" ? said : JSON.stringify(said));
  const answers = [last, ...others.map((said) => () => completion(said))];
  return answering(answers, async (judge, asked) => {
    const items = answers.map(() => ({ picture, caption }));
    const [first, ...rest] = await judge({ concurrency: 1, language }).judge(items);
    assert.deepEqual(lines(asked[0]), [
      "1. Is there a thing of this kind: dog? seen, missing",
      "2. Is there a thing of this kind: cat? seen, missing",
      ...[["3", "dog"], ["4", "cat"]].map(([number, thing]) =>
        `${number}. Which color has this thing: ${thing}? none, ${COLORS.join(", ")}`
      ),
      "5. Where is this thing: cat, as seen from this one: dog? none, left, right, above, below, " +
      "left and above, left and below, right and above, right and below",
    ]);
    assert.deepEqual(foundIn(first.assessment!, language.points(caption)), [
      "missing",
      "missing",
      COLORS.at(-1),
      COLORS.at(-1),
      "right and below",
    ]);
    assert.equal(first.assessment?.verdict, "bad");
    assert.deepEqual(rest, others.map((said) => ({ said })));
    const before = asked.length;
    const unknown = [{ picture, caption }, { picture, caption: "a unicorn" }];
    await assert.rejects(() => judge({ language }).judge(unknown), { name: "CaptionError" });
    assert.equal(asked.length, before, "nothing is asked where a caption cannot be judged");
  });
});

Deno.test("a busy endpoint is asked again", () => {
  const busy: Answer = () => new Response("slow down", { status: 429 });
  const broken: Answer = () => new Response("<html>Bad gateway</html>", { status: 502 });
  return answering([busy, broken, good], async (judge, asked) => {
    const own = judge();
    assert.equal((await assess(picture, "a red heart", { judge: own })).overall, 7);
    assert.equal(asked.length, 3);
    assert.equal(own.usage.asked, 1, "only what was answered counts");
  });
});

Deno.test("an endpoint that does not answer in time is asked again, and then given up", () => {
  const slow: Answer = () =>
    new Promise((resolve) => setTimeout(() => resolve(completion("")), 700));
  return answering([slow, good], async (judge, asked) => {
    assert.equal((await assess(picture, "a heart", { judge: judge({ timeout: 0.2 }) })).overall, 7);
    assert.equal(asked.length, 2);
    await new Promise((resolve) => setTimeout(resolve, 700));
  }).then(() =>
    answering([slow], async (judge) => {
      await assert.rejects(
        () => assess(picture, "a heart", { judge: judge({ timeout: 0.1, retries: 1 }) }),
        /^JudgeError: Expected an answer of eyes at http.*, but found none after 0.1 s$/,
      );
      await new Promise((resolve) => setTimeout(resolve, 700));
    })
  );
});

Deno.test("what is no chat endpoint is named, with what it said", () =>
  answering([
    () =>
      new Response("<html>\n<body>Welcome</body>", { headers: { "content-type": "text/html" } }),
    () => Response.json({ error: { message: "no such key" } }, { status: 401 }),
    () => Response.json({ choices: [] }),
  ], async (judge, asked) => {
    const told = async (expected: RegExp) => {
      await assert.rejects(() => assess(picture, "a heart", { judge: judge() }), (error) => {
        assert.ok(error instanceof JudgeError);
        assert.match(error.message, expected);
        assert.ok(!error.message.includes("\n"));
        return true;
      });
    };
    await told(/Expected a chat completion of http.*, but found "<html> <body>Welcome/);
    await told(/but found status 401: .*no such key/);
    await told(/Expected a chat completion .*choices/);
    assert.equal(asked.length, 3, "none of these is asked twice");
  }));

Deno.test("nobody there", async () => {
  const judge = new EndpointJudge({ baseUrl: "http://127.0.0.1:9", model: "eyes", retries: 0 });
  await assert.rejects(() => assess(picture, "a heart", { judge }), /^JudgeError: .* an error: /);
  assert.throws(() => new EndpointJudge({ baseUrl: "here", model: "eyes" }), /Expected a baseUrl/);
  assert.throws(
    () => new EndpointJudge({ baseUrl: "http://x" }),
    /Expected a model .* OPENAI_MODEL/,
  );
});

Deno.test("what was answered once is not asked again, also after a failure among many", () =>
  inFolder((folder) => {
    const items = Array.from({ length: 6 }, (_, i) => ({ picture, caption: `two hearts ${i}` }));
    const denied: Answer = () => new Response("over quota", { status: 403 });
    return answering([good, good, good, denied, good], async (judge, asked) => {
      const cached = () => judge({ cache: `${folder}/answers`, concurrency: 1 });
      await assert.rejects(() => cached().judge(items), /status 403: "over quota"/);
      assert.equal(asked.length, 4);
      const again = cached();
      assert.equal((await again.judge(items)).length, 6);
      assert.deepEqual([again.usage.remembered, again.usage.asked, asked.length], [3, 3, 7]);
      const [name] = Array.from(Deno.readDirSync(`${folder}/answers`), ({ name }) => name);
      await Deno.writeTextFile(`${folder}/answers/${name}`, '{"cont');
      const third = cached();
      await third.judge(items);
      assert.equal(third.usage.asked, 1, "an answer that was damaged is asked for again");
      await judge({ cache: `${folder}/answers`, model: "others" }).judge(items.slice(0, 1));
      assert.equal(asked.length, 9, "another model is another question");
    });
  }));
