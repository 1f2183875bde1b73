"""A tiny DreamLLM with random weights, by PyTorch.

    pip install transformers==5.23.0 torch==2.13.0
    python tests/oracles/dreamllm.py     # from the repository's root

DreamLLM (arXiv 2309.11499, section 3.2): the Llama of `transformers`, with dream queries and a
projector without bias, written from the paper's description, and the masked diffusion as its
decoder, which draws from directions: conditions have length 1. After what was dreamt, the picture
itself is read, if anything follows; its signs are learned, since they say that the answer goes on.
Writes tests/fixtures/dreamllm/:

- config.json, model.safetensors
- io.json: `pictures`, each its `features` [token, size] and its `codes` [latents]; `documents`,
  each what is asked and what is answered, as words ({"text": ids}) and pictures ({"picture": its
  number}); `noise`: of each dreamt picture, in order, which codes are `hidden`, and whether its
  condition is `known`; `losses`: the mean cross entropy of tokens, the mean denoising cross entropy
  of pictures, and `joint`: the first + weight · the second; `generated`: greedy answers, words and
  conditions [query, size] of pictures, to prompts of different lengths
- gradients.safetensors: of the joint loss, to all but what codes stand for
"""

import math
import sys

sys.path.append(sys.path.pop(0))  # this script's own folder, where safetensors.py hides the package

import torch
import torch.nn.functional as F
from masked_diffusion import Diffusion
from oracle_files import numbers, randomize, save
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM

torch.set_num_threads(1)
PAD, BOS, EOS, ANSWER, PICTURE, END_PICTURE = range(6)
VOCABULARY, HIDDEN, TOKENS, SIZE = 32, 16, 2, 6
DIFFUSION = {
    "latents": 4,
    "codes": 7,
    "conditions": 3,
    "conditionSize": 4,
    "hiddenSize": 16,
    "layers": 1,
    "heads": 2,
}
QUERIES, CONDITION = DIFFUSION["conditions"], DIFFUSION["conditionSize"]
WEIGHT = 10
ENTRY = 3  # numbers in what a code stands for


class Adapter(nn.Module):
    """How features enter: Linear-SiLU-Linear."""

    def __init__(self):
        super().__init__()
        self.linear_1 = nn.Linear(SIZE, HIDDEN)
        self.linear_2 = nn.Linear(HIDDEN, HIDDEN)

    def forward(self, x):
        return self.linear_2(F.silu(self.linear_1(x)))


class DreamLLM(LlamaForCausalLM):
    def __init__(self, config):
        super().__init__(config)
        self.multi_modal_projector = Adapter()
        self.dream_queries = nn.Embedding(QUERIES, HIDDEN)
        self.dream_projector = nn.Linear(HIDDEN, CONDITION, bias=False)
        self.visualizer = Diffusion(DIFFUSION, ENTRY)
        self.quantizer = nn.ModuleDict({"codebook": nn.Embedding(DIFFUSION["codes"], ENTRY)})

    def states(self, rows):
        """Of embedded rows: [rows, hidden]."""
        return self.model(inputs_embeds=torch.stack(rows)[None]).last_hidden_state[0]

    def words(self, ids):
        return [*self.model.embed_tokens(torch.tensor(ids, dtype=torch.long))]

    def dreamt(self):
        """What stands for a picture that is dreamt: its queries."""
        return [*self.words([PICTURE]), *self.dream_queries.weight, *self.words([END_PICTURE])]

    def read(self, features):
        """What stands for a picture that is read: its features."""
        adapted = self.multi_modal_projector(features)
        return [*self.words([PICTURE]), *adapted, *self.words([END_PICTURE])]

    def conditions(self, states, start):
        """What becomes of the queries that stand from start on: directions, [queries, size]."""
        return F.normalize(self.dream_projector(states[start:start + QUERIES]), dim=-1)


def asked(model, ask, pictures):
    rows = model.words([BOS])
    for one in ask:
        if "text" in one:
            rows += model.words(one["text"])
        else:
            rows += model.read(pictures[one["picture"]]["features"])
    return [*rows, *model.words([ANSWER])]


def losses_of(model, documents, pictures, noise):
    """Means over all that is answered; the state before a token predicts it."""
    entropies, denoising, noise = [], [], iter(noise)
    for document in documents:
        rows = asked(model, document["ask"], pictures)
        learned, dreams = [], []  # what is to be predicted at a row; where queries begin, of what
        for i, one in enumerate(document["answer"]):
            if "text" in one:
                learned += [(len(rows) + at, id) for at, id in enumerate(one["text"])]
                rows += model.words(one["text"])
                continue
            picture = pictures[one["picture"]]
            learned.append((len(rows), PICTURE))
            dreams.append((len(rows) + 1, picture["codes"]))
            rows += model.dreamt()
            if i < len(document["answer"]) - 1:
                learned += [(len(rows), PICTURE), (len(rows) + TOKENS + 1, END_PICTURE)]
                rows += model.read(picture["features"])
        learned.append((len(rows), EOS))
        rows += model.words([EOS])
        states = model.states(rows)
        for at, id in learned:
            entropies.append(F.cross_entropy(model.lm_head(states[at - 1]), torch.tensor(id)))
        for start, codes in dreams:
            condition = model.conditions(states, start)
            own = next(noise)
            hidden = torch.tensor([own["hidden"]])
            known = condition if own["known"] else torch.zeros_like(condition)
            entries = model.quantizer["codebook"].weight
            denoising += model.visualizer.losses(codes[None], hidden, known[None], entries)
    return torch.stack(entropies).mean(), torch.stack(denoising).mean()


@torch.no_grad()
def generate(model, rows, longest):
    """
    Greedily: words, and at <picture> the queries of a picture. After these <eos>, or <picture>
    again and what is seen of it: its features are what it was drawn from, its conditions, in rows
    of another length. Of the special tokens only <picture> and <eos> are said. Also the least lead
    of what was said.
    """
    rows, said, lead = list(rows), [], math.inf
    after_dream = [EOS, PICTURE]
    sayable = [*after_dream, *range(END_PICTURE + 1, VOCABULARY)]
    drawn = None  # the conditions of a picture that was just dreamt
    for _ in range(longest):
        allowed = sayable if drawn is None else after_dream
        logits = model.lm_head(model.states(rows)[-1])[allowed]
        best = logits.topk(2)
        lead = min(lead, (best.values[0] - best.values[1]).item())
        id = allowed[best.indices[0].item()]
        if id == EOS:
            return said, lead
        if drawn is not None:
            rows += model.read(drawn.reshape(TOKENS, SIZE))
            drawn = None
        elif id == PICTURE:
            start = len(rows) + 1
            rows += model.dreamt()
            drawn = model.conditions(model.states(rows), start)
            said.append({"picture": numbers(drawn)})
        else:
            said.append({"text": [id]})
            rows += model.words([id])
    return None, lead


def joined(said):
    """Words that follow one another as one text."""
    parts = []
    for one in said:
        if "text" in one and parts and "text" in parts[-1]:
            parts[-1]["text"] += one["text"]
        else:
            parts.append(one)
    return parts


def answered(model, generator, pictures, shown, kinds):
    """A prompt whose greedy answer has parts of these kinds and <eos>, said with a clear lead."""
    for _ in range(1000):
        length = int(torch.randint(1, 6, (1,), generator=generator))
        words = torch.randint(END_PICTURE + 1, VOCABULARY, (length,), generator=generator).tolist()
        ask = [*({"picture": i} for i in shown), {"text": words}]
        said, lead = generate(model, asked(model, ask, pictures), 12)
        answer = joined(said or [])
        if [*(next(iter(part)) for part in answer)] == kinds and lead > 0.02:
            return {"ask": ask, "answer": answer}
    raise RuntimeError(f"Expected a prompt that is answered with {kinds}, but found none")


def write():
    generator = torch.Generator().manual_seed(0)
    model = DreamLLM(LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=HIDDEN,
        intermediate_size=24,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=64,
        rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
        tie_word_embeddings=False,
        attention_bias=False,
        mlp_bias=False,
    )).eval()
    randomize(model, generator, 0.4)
    randomize(model.visualizer, generator, 0.2)  # or its steep gradients are float32's own errors
    with torch.no_grad():
        model.lm_head.weight[[EOS, PICTURE]] *= 2  # said often enough to be found below
    pictures = [
        {
            "features": torch.randn(TOKENS, SIZE, generator=generator),
            "codes": torch.randint(DIFFUSION["codes"], (DIFFUSION["latents"],), generator=generator),
        }
        for _ in range(5)
    ]
    documents = [
        {"ask": [{"picture": 0}, {"text": [9, 13]}], "answer": [{"text": [7, 21, 30]}]},
        {"ask": [{"text": [6, 6, 17, 25]}], "answer": [{"picture": 1}]},
        {
            "ask": [{"picture": 2}, {"text": [11]}],
            "answer": [{"text": [8, 29]}, {"picture": 3}, {"text": [14]}, {"picture": 4}],
        },
    ]
    noise = [
        {"hidden": [1, 1, 0, 1], "known": 1},
        {"hidden": [0, 1, 0, 1], "known": 1},
        {"hidden": [1, 0, 1, 0], "known": 0},
    ]
    entropy, denoising = losses_of(model, documents, pictures, noise)
    joint = entropy + WEIGHT * denoising
    weights = dict(model.named_parameters())
    learned = {name: one for name, one in weights.items() if not name.startswith("quantizer.")}
    gradients = dict(zip(learned, torch.autograd.grad(joint, list(learned.values()))))
    config = {
        "vocabulary": VOCABULARY,
        "tokens": TOKENS,
        "featureSize": SIZE,
        "weight": WEIGHT,
        "model": {
            "hiddenSize": HIDDEN,
            "layers": 2,
            "heads": 4,
            "keyValueHeads": 2,
            "intermediateSize": 24,
        },
        "diffusion": DIFFUSION,
    }
    io = {
        "pictures": [{key: numbers(values) for key, values in one.items()} for one in pictures],
        "documents": documents,
        "noise": noise,
        "losses": {"text": entropy.item(), "dreams": denoising.item(), "joint": joint.item()},
        "generated": [
            answered(model, generator, pictures, [], ["text", "picture", "text"]),
            answered(model, generator, pictures, [], ["text", "picture"]),
            answered(model, generator, pictures, [0], ["text", "picture", "text", "picture"]),
        ],
    }
    save("dreamllm", config, io, model=weights, gradients=gradients)


write()
