"""A tiny MetaMorph with random weights, by PyTorch.

    pip install transformers==5.23.0 torch==2.13.0
    python tests/oracles/metamorph.py     # from the repository's root

MetaMorph (arXiv 2412.14164, sections 3.1 and 3.2): the Llama of `transformers`, with an adapter and
a vision head, written from the paper's description. Writes tests/fixtures/metamorph/:

- config.json, model.safetensors
- io.json: `pictures` [picture, token, size], of length 1; `documents`, each what is asked and what
  is answered, as words ({"text": ids}) and pictures ({"picture": its number}); `losses`: means of
  the cross entropy of tokens, and of 1 − cos and |difference| of visual tokens; `generated`: greedy
  answers, words and predicted visual tokens, to prompts of different lengths
- gradients.safetensors: of cross entropy + 1 − cos
- gradients_l1.safetensors: of cross entropy + √size · |difference|
"""

import math
import sys

sys.path.append(sys.path.pop(0))  # this script's own folder, where safetensors.py hides the package

import torch
import torch.nn.functional as F
from oracle_files import numbers, randomize, save
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM

torch.set_num_threads(1)
PAD, BOS, EOS, ANSWER, IMAGE_START, IMAGE_END = range(6)
VOCABULARY, HIDDEN, TOKENS, SIZE = 32, 16, 3, 6


# MetaMorph


class TwoLayers(nn.Module):
    """Linear-GELU-Linear, as the adapter and the vision head are."""

    def __init__(self, inner, hidden, outer):
        super().__init__()
        self.linear_1 = nn.Linear(inner, hidden)
        self.linear_2 = nn.Linear(hidden, outer)

    def forward(self, x):
        return self.linear_2(F.gelu(self.linear_1(x)))


class MetaMorph(LlamaForCausalLM):
    def __init__(self, config):
        super().__init__(config)
        self.multi_modal_projector = TwoLayers(SIZE, HIDDEN, HIDDEN)
        self.vision_head = TwoLayers(HIDDEN, HIDDEN, SIZE)

    def states(self, rows):
        """Of rows, each an id or a visual token: [rows, hidden]."""
        embedded = [
            self.model.embed_tokens(torch.tensor(row)) if isinstance(row, int)
            else self.multi_modal_projector(row)
            for row in rows
        ]
        return self.model(inputs_embeds=torch.stack(embedded)[None]).last_hidden_state[0]

    def see(self, states):
        return F.normalize(self.vision_head(states), dim=-1)


def rows_of(segments, pictures):
    rows = []
    for segment in segments:
        rows += segment["text"] if "text" in segment else [
            IMAGE_START, *pictures[segment["picture"]], IMAGE_END,
        ]
    return rows


def losses_of(model, documents, pictures):
    """Means over all that is answered in all documents; the state before a row predicts it."""
    entropies, cosines, differences = [], [], []
    for document in documents:
        asked = [BOS, *rows_of(document["ask"], pictures), ANSWER]
        rows = [*asked, *rows_of(document["answer"], pictures), EOS]
        states = model.states(rows)
        for at in range(len(asked), len(rows)):
            before, row = states[at - 1], rows[at]
            if isinstance(row, int):
                entropies.append(F.cross_entropy(model.lm_head(before), torch.tensor(row)))
            else:
                cosines.append(1 - F.cosine_similarity(model.vision_head(before), row, dim=0))
                differences.append((model.see(before) - row).abs().mean())
    return [torch.stack(losses).mean() for losses in (entropies, cosines, differences)]


@torch.no_grad()
def generate(model, rows, longest):
    """
    Greedily: words, and after <image_start> the visual tokens of a picture and <image_end>. Of the
    special tokens only <image_start> and <eos> are said. Also the least lead of what was said.
    """
    rows, said, lead = list(rows), [], math.inf
    silent = [PAD, BOS, ANSWER, IMAGE_END]
    for _ in range(longest):
        logits = model.lm_head(model.states(rows)[-1])
        logits[silent] = -math.inf
        best = logits.topk(2)
        lead = min(lead, (best.values[0] - best.values[1]).item())
        row = best.indices[0].item()
        if row == EOS:
            return said, lead
        rows.append(row)
        if row != IMAGE_START:
            said.append(row)
            continue
        drawn = []
        for _ in range(TOKENS):
            drawn.append(model.see(model.states(rows)[-1]))
            rows.append(drawn[-1])
        rows.append(IMAGE_END)
        said.append(drawn)
    return None, lead


def parts(said):
    """What was said as words and pictures."""
    found = []
    for one in said:
        if not isinstance(one, int):
            found.append({"picture": [numbers(token) for token in one]})
        elif found and "text" in found[-1]:
            found[-1]["text"].append(one)
        else:
            found.append({"text": [one]})
    return found


def answered_with_a_picture(model, generator, pictures, shown, count):
    """Prompts whose greedy answer is words, a picture, words and <eos>, said with a clear lead."""
    found = []
    for _ in range(1000):
        length = int(torch.randint(1, 6, (1,), generator=generator))
        words = torch.randint(IMAGE_END + 1, VOCABULARY, (length,), generator=generator).tolist()
        ask = [*({"picture": i} for i in shown), {"text": words}]
        said, lead = generate(model, [BOS, *rows_of(ask, pictures), ANSWER], 8)
        answer = parts(said or [])
        if len(answer) == 3 and "picture" in answer[1] and lead > 0.02:
            found.append({"ask": ask, "answer": answer})
        if len(found) == count:
            return found
    raise RuntimeError("Expected prompts that are answered with a picture, but found too few")


def write():
    generator = torch.Generator().manual_seed(0)
    model = MetaMorph(LlamaConfig(
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
    with torch.no_grad():
        model.lm_head.weight[[EOS, IMAGE_START]] *= 2  # said often enough to be found below
    pictures = F.normalize(torch.randn(4, TOKENS, SIZE, generator=generator), dim=-1)
    documents = [
        {"ask": [{"picture": 0}, {"text": [9, 13]}], "answer": [{"text": [7, 21, 30]}]},
        {"ask": [{"text": [6, 6, 17, 25]}], "answer": [{"picture": 1}]},
        {
            "ask": [{"picture": 2}, {"text": [11]}],
            "answer": [{"text": [8, 29]}, {"picture": 3}, {"text": [14]}],
        },
    ]
    entropy, cosine, difference = losses_of(model, documents, pictures)
    weights = dict(model.named_parameters())

    def gradients(loss):
        found = torch.autograd.grad(loss, list(weights.values()), retain_graph=True)
        return dict(zip(weights, found))

    generated = [
        *answered_with_a_picture(model, generator, pictures, [], 2),
        *answered_with_a_picture(model, generator, pictures, [0], 1),
    ]
    config = {
        "vocabulary": VOCABULARY,
        "tokens": TOKENS,
        "tokenSize": SIZE,
        "model": {
            "hiddenSize": HIDDEN,
            "layers": 2,
            "heads": 4,
            "keyValueHeads": 2,
            "intermediateSize": 24,
        },
    }
    io = {
        "pictures": numbers(pictures),
        "documents": documents,
        "losses": {
            "text": entropy.item(),
            "cosine": cosine.item(),
            "difference": difference.item(),
        },
        "generated": generated,
    }
    save(
        "metamorph",
        config,
        io,
        model=weights,
        gradients=gradients(entropy + cosine),
        gradients_l1=gradients(entropy + math.sqrt(SIZE) * difference),
    )


write()
