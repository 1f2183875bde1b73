"""The benchmark's models in PyTorch, asked by lines of JSON on standard input (see benchmarks/contestant.ts).

usage: torch_peer.py MODEL START THREADS [compile]
"""
import json
import resource
import sys
import time

import torch
import torch.nn.functional as F
from safetensors.torch import load_file

MODEL, START, THREADS = sys.argv[1:4]
COMPILED = sys.argv[4:] == ["compile"]
torch.set_num_threads(int(THREADS))
HEADS = 8


def parameters(start):
    """The starting values, with what reads one input in one matrix, as PyTorch does best."""
    found = {k: v for k, v in start.items() if not k.startswith("batch.")}
    for name in [k for k in found if k.endswith("q_proj.weight")]:
        parts = [found.pop(name.replace("q_proj", p)) for p in ("q_proj", "k_proj", "v_proj")]
        found[name.replace("q_proj", "qkv")] = torch.cat(parts)
    for name in [k for k in found if k.endswith("gate_proj.weight")]:
        parts = [found.pop(name.replace("gate_proj", p)) for p in ("gate_proj", "up_proj")]
        found[name.replace("gate_proj", "gate_up")] = torch.cat(parts)
    return {k: v.clone().requires_grad_() for k, v in found.items()}


def norm(w, name, x):
    return F.rms_norm(x, x.shape[-1:], w[f"{name}.weight"], 1e-6)


def split_heads(x, heads=HEADS):
    batch, tokens, width = x.shape
    return x.view(batch, tokens, 3, heads, width // 3 // heads).permute(2, 0, 3, 1, 4)


def join_heads(x):
    return x.transpose(1, 2).flatten(2)


def quick_gelu(x):
    return x * torch.sigmoid(1.702 * x)


def gpt(w, x, attend):
    layers = sum(k.endswith("qkv.weight") for k in w)
    for i in range(layers):
        at = f"model.layers.{i}"
        normed = norm(w, f"{at}.input_layernorm", x)
        q, k, v = split_heads(F.linear(normed, w[f"{at}.self_attn.qkv.weight"]))
        x = x + F.linear(join_heads(attend(i, q, k, v)), w[f"{at}.self_attn.o_proj.weight"])
        up = F.linear(norm(w, f"{at}.post_attention_layernorm", x), w[f"{at}.mlp.up_proj.weight"])
        x = x + F.linear(quick_gelu(up), w[f"{at}.mlp.down_proj.weight"])
    return F.linear(norm(w, "model.norm", x), w["lm_head.weight"])


def causal(_, q, k, v):
    return F.scaled_dot_product_attention(q, k, v, is_causal=True)


def gpt_loss(w, ids, labels):
    positions = w["model.embed_positions.weight"]
    x = F.embedding(ids.view(-1, positions.shape[0]), w["model.embed_tokens.weight"]) + positions
    return F.cross_entropy(gpt(w, x, causal).flatten(0, 1), labels)


def linear(w, name, x):
    return F.linear(x, w[f"{name}.weight"], w.get(f"{name}.bias"))


def gated_mlp(w, at, x):
    gate, up = F.linear(x, w[f"{at}.gate_up.weight"]).chunk(2, -1)
    return F.linear(F.silu(gate) * up, w[f"{at}.down_proj.weight"])


def embedded(w, name, x):
    return F.normalize(linear(w, name, x), dim=-1, eps=1e-6)


def patch_rows(pixels, grid):
    batch, size = pixels.shape[:2]
    patch = size // grid
    apart = pixels.view(batch, grid, patch, grid, patch, 3).transpose(2, 3)
    return apart.reshape(batch, grid * grid, patch * patch * 3)


def encoder(w, pixels, grid):
    x = linear(w, "encoder.patch_embedding", patch_rows(pixels, grid))
    layers = sum(k.startswith("encoder.") and k.endswith("gate_up.weight") for k in w)
    for i in range(layers):
        at = f"encoder.layers.{i}"
        x = x + gated_mlp(w, f"{at}.mlp", norm(w, f"{at}.post_attention_layernorm", x))
    return norm(w, "encoder.norm", x)


def rotated(x):
    tokens, dim = x.shape[-2:]
    angle = torch.outer(torch.arange(tokens), 10_000 ** (-torch.arange(0, dim, 2) / dim))
    cos, sin = angle.cos(), angle.sin()
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def text_tower(w, captions, heads):
    at = "contrastive.text"
    x = F.embedding(captions, w[f"{at}.embed_tokens.weight"])
    layers = sum(k.startswith(at) and k.endswith("qkv.weight") for k in w)
    for i in range(layers):
        block = f"{at}.layers.{i}"
        normed = norm(w, f"{block}.input_layernorm", x)
        q, k, v = split_heads(F.linear(normed, w[f"{block}.self_attn.qkv.weight"]), heads)
        mixed = F.scaled_dot_product_attention(rotated(q), rotated(k), v, is_causal=True)
        x = x + F.linear(join_heads(mixed), w[f"{block}.self_attn.o_proj.weight"])
        x = x + gated_mlp(w, f"{block}.mlp", norm(w, f"{block}.post_attention_layernorm", x))
    return norm(w, f"{at}.norm", x)


def sigmoid_loss(w, at, similarity):
    batch = similarity.shape[0]
    logits = similarity * w[f"{at}.log_temperature"].exp() + w[f"{at}.bias"]
    signs = 2 * torch.eye(batch) - 1
    return F.softplus(-signs * logits).sum() / batch


def contrastive_loss(w, pixels, captions, mask, grid, heads):
    features = encoder(w, pixels, grid)
    text = text_tower(w, captions, heads)
    weights = (mask / mask.sum(1, keepdim=True)).unsqueeze(-1)
    placed = F.silu(linear(w, "contrastive.pool.features", features) + w["contrastive.pool.places.weight"])
    picture = embedded(w, "contrastive.picture_projection", placed.mean(1))
    caption = embedded(w, "contrastive.text_projection", (text * weights).sum(1))
    whole = sigmoid_loss(w, "contrastive.global", caption @ picture.T)

    words = embedded(w, "contrastive.word_projection", text)
    patches = embedded(w, "contrastive.patch_projection", features)
    similarity = words.flatten(0, 1) @ patches.flatten(0, 1).T
    batch, length = captions.shape
    best = similarity.view(batch, length, batch, grid * grid).amax(-1)
    local = sigmoid_loss(w, "contrastive.local", (best * weights).sum(1))

    block = pixels.shape[1] // (2 * grid)
    coarse = pixels.view(batch, 2 * grid, block, 2 * grid, block, 3).mean((2, 4))
    view = linear(w, "contrastive.coarse", norm(w, "contrastive.coarse.norm", features))
    return whole + local + 4 * F.mse_loss(view, patch_rows(coarse, grid))


def contrastive_batch(start):
    places, words = start["contrastive.pool.places.weight"].shape[0], 24
    grid = round(places**0.5)
    captions = start["batch.captions"].long().view(-1, words)
    batch = captions.shape[0]
    size = round((start["batch.pixels"].numel() / batch / 3) ** 0.5)
    pixels = start["batch.pixels"].view(batch, size, size, 3)
    heads = 4 if size == 64 else 6
    return [pixels, captions, start["batch.captionMask"].view(-1, words), grid, heads]


class Training:
    """Steps of AdamW, decaying matrices only."""

    def __init__(self, loss, weights, batch):
        self.loss = torch.compile(loss) if COMPILED else loss
        self.weights, self.batch = weights, batch
        groups = [
            {"params": [p for p in weights.values() if p.ndim >= 2], "weight_decay": 0.01},
            {"params": [p for p in weights.values() if p.ndim < 2], "weight_decay": 0},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.95), fused=True)

    def run(self):
        loss = self.loss(self.weights, *self.batch)
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return loss.item()


class Decoding:
    """The likeliest token, and again, from token 0; keys and values are kept."""

    def __init__(self, weights, batch, context):
        self.weights = {k: v.detach() for k, v in weights.items()}
        self.batch, self.context = batch, context
        width = weights["model.norm.weight"].shape[0]
        layers = sum(k.endswith("qkv.weight") for k in weights)
        shape = (layers, 2, batch, HEADS, context, width // HEADS)
        self.cache = torch.zeros(shape)

    @torch.inference_mode()
    def run(self):
        ids = torch.zeros(self.batch, 1, dtype=torch.long)
        found = []
        for position in range(self.context):
            def attend(layer, q, k, v):
                keys, values = self.cache[layer]
                keys[:, :, position : position + 1] = k
                values[:, :, position : position + 1] = v
                end = position + 1
                return F.scaled_dot_product_attention(q, keys[:, :, :end], values[:, :, :end])

            table = self.weights["model.embed_tokens.weight"]
            x = table[ids] + self.weights["model.embed_positions.weight"][position]
            ids = gpt(self.weights, x, attend)[:, -1].argmax(-1, keepdim=True)
            found.append(ids)
        return torch.cat(found, 1)[0].tolist()


class Encoding:
    """Pictures to the nearest codes of their patches."""

    GRID = 4

    def __init__(self, weights, pixels):
        self.weights = {k: v.detach() for k, v in weights.items()}
        size = 64
        self.pixels = pixels.view(-1, size, size, 3)

    @torch.inference_mode()
    def run(self):
        w = self.weights
        latents = linear(w, "quantizer.project_in", encoder(w, self.pixels, self.GRID)).flatten(0, 1)
        entries = w["quantizer.codebook.weight"]
        scores = torch.addmm(-entries.square().sum(1) / 2, latents, entries.T)
        return scores.argmax(1)[: self.GRID**2].tolist()


class MatrixProduct:
    def __init__(self, start):
        self.a, self.b = start["batch.a"], start["batch.b"]

    def run(self):
        return (self.a @ self.b)[0, 0].item()


def workload():
    start = load_file(START)
    if MODEL == "matmul":
        return MatrixProduct(start)
    weights = parameters(start)
    if MODEL == "encode":
        return Encoding(weights, start["batch.pixels"])
    if MODEL.startswith("decode"):
        return Decoding(weights, int(MODEL.removeprefix("decode")), 256)
    if MODEL == "gpt":
        return Training(gpt_loss, weights, [start["batch.ids"].long(), start["batch.labels"].long()])
    if MODEL.startswith("vit"):
        return Training(contrastive_loss, weights, contrastive_batch(start))
    raise ValueError(f"expected a model of the benchmark, but found {MODEL}")


work = workload()
for line in sys.stdin:
    times = int(json.loads(line)["times"])
    began = time.perf_counter()
    results = [work.run() for _ in range(times)]
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    answer = {"seconds": seconds, "results": results, "peakMemoryBytes": peak}
    print(json.dumps(answer), flush=True)
