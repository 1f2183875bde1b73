"""The benchmark's models in PyTorch, asked by lines of JSON on standard input (see benchmarks/peer.ts).

usage: torch_peer.py MODEL START THREADS [compile]
"""
import json
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
    """The starting values, with q, k and v of each layer in one matrix, as PyTorch does best."""
    found = {k: v for k, v in start.items() if not k.startswith("batch.")}
    for name in [k for k in found if k.endswith("q_proj.weight")]:
        parts = [found.pop(name.replace("q_proj", p)) for p in ("q_proj", "k_proj", "v_proj")]
        found[name.replace("q_proj", "qkv")] = torch.cat(parts)
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
    if MODEL.startswith("decode"):
        return Decoding(weights, int(MODEL.removeprefix("decode")), 256)
    if MODEL == "gpt":
        return Training(gpt_loss, weights, [start["batch.ids"].long(), start["batch.labels"].long()])
    raise ValueError(f"expected a model of the benchmark, but found {MODEL}")


work = workload()
for line in sys.stdin:
    times = int(json.loads(line)["times"])
    began = time.perf_counter()
    results = [work.run() for _ in range(times)]
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "results": results}), flush=True)
