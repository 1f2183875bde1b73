"""A tiny MetaMorph and a tiny diffusion over codes, with random weights, by PyTorch.

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

The masked diffusion (arXiv 2406.07524), from what lib/vision/decoders/latent_diffusion.ts says of
it. Writes tests/fixtures/latent_diffusion/:

- config.json, model.safetensors
- io.json: a batch, the last of which has no condition, its `logits` [batch, latents, codes], its
  `losses`, and the `gradient` of their sum to the condition
- gradients.safetensors: of the sum of the losses
"""

import json
import math
import pathlib
import sys

sys.path.pop(0)  # this script's own folder, where safetensors.py hides the package

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM

torch.set_num_threads(1)
PAD, BOS, EOS, ANSWER, IMAGE_START, IMAGE_END = range(6)
VOCABULARY, HIDDEN, TOKENS, SIZE = 32, 16, 3, 6


def numbers(x):
    return json.loads(json.dumps(x.tolist()), parse_float=lambda text: float(f"{float(text):.9g}"))


def randomize(model, generator, scale):
    """Wide enough that attention is far from even, and no norm is the identity."""
    with torch.no_grad():
        for path, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            parameter.copy_(1 + 0.2 * noise if path.endswith("norm.weight") else scale * noise)


def save(folder, config, io, **tensors):
    folder = pathlib.Path("tests/fixtures") / folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config) + "\n")
    (folder / "io.json").write_text(json.dumps(io) + "\n")
    for name, state in tensors.items():
        state = {path: tensor.detach().clone() for path, tensor in state.items()}
        save_file(state, folder / f"{name}.safetensors", {"format": "pt"})


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


def write_metamorph():
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


# The diffusion


class Block(nn.Module):
    """Pre-norm attention of all to all, with normed queries and keys, and a gated SiLU."""

    def __init__(self, size, heads, inner):
        super().__init__()
        self.heads = heads
        self.input_layernorm = nn.RMSNorm(size, eps=1e-6)
        self.post_attention_layernorm = nn.RMSNorm(size, eps=1e-6)
        self.self_attn = nn.ModuleDict({
            **{f"{name}_proj": nn.Linear(size, size, bias=False) for name in "qkvo"},
            **{f"{name}_norm": nn.RMSNorm(size // heads, eps=1e-6) for name in "qk"},
        })
        self.mlp = nn.ModuleDict({
            "gate_proj": nn.Linear(size, inner, bias=False),
            "up_proj": nn.Linear(size, inner, bias=False),
            "down_proj": nn.Linear(inner, size, bias=False),
        })

    def forward(self, x):
        own = self.self_attn
        normed = self.input_layernorm(x)
        q, k, v = (
            own[f"{name}_proj"](normed).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for name in "qkv"
        )
        mixed = F.scaled_dot_product_attention(own["q_norm"](q), own["k_norm"](k), v)
        x = x + own["o_proj"](mixed.transpose(1, 2).flatten(2))
        normed = self.post_attention_layernorm(x)
        gated = F.silu(self.mlp["gate_proj"](normed)) * self.mlp["up_proj"](normed)
        return x + self.mlp["down_proj"](gated)


class Diffusion(nn.Module):
    def __init__(self, config):
        super().__init__()
        latents, codes, conditions, condition_size, size, layers, heads = config.values()
        self.condition_in = nn.Linear(condition_size, size)
        self.condition_places = nn.Embedding(conditions, size)
        self.codes = nn.Embedding(codes, size)
        self.hidden = nn.Embedding(1, size)
        self.latent_places = nn.Embedding(latents, size)
        self.layers = nn.ModuleList(Block(size, heads, 3 * size) for _ in range(layers))
        self.norm = nn.RMSNorm(size, eps=1e-6)
        self.code_out = nn.Linear(size, codes)
        self.prior = nn.ModuleDict({
            "linear_1": nn.Linear(conditions * condition_size, 2 * size),
            "linear_2": nn.Linear(2 * size, codes, bias=False),
        })

    def logits(self, ids, hidden, condition):
        """f(codes that are left, condition) + g(condition): [batch, latents, codes]."""
        said = self.condition_in(condition) + self.condition_places.weight
        seen = torch.where(hidden[:, :, None] == 1, self.hidden.weight, self.codes(ids))
        rows = torch.cat([said, seen + self.latent_places.weight], dim=1)
        for layer in self.layers:
            rows = layer(rows)
        here = self.code_out(self.norm(rows)[:, condition.shape[1]:])
        anywhere = self.prior["linear_2"](F.silu(self.prior["linear_1"](condition.flatten(1))))
        return here + anywhere[:, None]

    def losses(self, ids, hidden, condition):
        """−log P(code | codes that are left, condition), the mean over a picture's hidden codes."""
        logs = self.logits(ids, hidden, condition).log_softmax(dim=-1)
        each = -logs.gather(2, ids[:, :, None])[:, :, 0]
        return torch.stack([own[mask == 1].mean() for own, mask in zip(each, hidden)])


def write_diffusion():
    generator = torch.Generator().manual_seed(1)
    config = {
        "latents": 4,
        "codes": 7,
        "conditions": 2,
        "conditionSize": 5,
        "hiddenSize": 16,
        "layers": 2,
        "heads": 2,
    }
    diffusion = Diffusion(config)
    randomize(diffusion, generator, 0.4)
    ids = torch.randint(7, (4, 4), generator=generator)
    condition = torch.randn(4, 2, 5, generator=generator)
    condition[3] = 0  # none
    condition.requires_grad_()
    hidden = torch.tensor([[1, 1, 1, 1], [0, 1, 0, 1], [1, 0, 0, 0], [0, 1, 1, 0.0]])
    losses = diffusion.losses(ids, hidden, condition)
    weights = dict(diffusion.named_parameters())
    gradient, *gradients = torch.autograd.grad(losses.sum(), [condition, *weights.values()])
    io = {
        "ids": ids.tolist(),
        "hidden": numbers(hidden),
        "condition": numbers(condition),
        "logits": numbers(diffusion.logits(ids, hidden, condition)),
        "losses": numbers(losses),
        "gradient": numbers(gradient),
    }
    gradients = dict(zip(weights, gradients))
    save("latent_diffusion", config, io, model=weights, gradients=gradients)


write_metamorph()
write_diffusion()
