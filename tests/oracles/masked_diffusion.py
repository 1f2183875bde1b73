"""Masked diffusion over codes (arXiv 2406.07524), by PyTorch.

From what lib/vision/decoders/latent_diffusion.ts says of it.
"""

import torch
import torch.nn.functional as F
from torch import nn


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


NAMES = ["latents", "codes", "conditions", "conditionSize", "hiddenSize", "layers", "heads"]


class Diffusion(nn.Module):
    """Codes stand for entries of `entry_size` numbers, which are given and not learned."""

    def __init__(self, config, entry_size):
        super().__init__()
        latents, codes, conditions, condition_size, size, layers, heads = (
            config[name] for name in NAMES
        )
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
            "meaning_out": nn.Linear(2 * size, entry_size, bias=False),
        })
        self.meaning_in = nn.Linear(entry_size, size, bias=False)
        self.meaning_out = nn.Linear(size, entry_size, bias=False)

    def logits(self, ids, hidden, condition, entries):
        """f(codes that are left, condition) + g(condition): [batch, latents, codes]."""
        said = self.condition_in(condition) + self.condition_places.weight
        meanings = (entries / entries.square().mean().sqrt()).detach()
        embeddings = self.codes.weight + self.meaning_in(meanings)
        seen = torch.where(hidden[:, :, None] == 1, self.hidden.weight, embeddings[ids])
        rows = torch.cat([said, seen + self.latent_places.weight], dim=1)
        for layer in self.layers:
            rows = layer(rows)
        states = self.norm(rows)[:, condition.shape[1]:]
        here = self.code_out(states) + self.meaning_out(states) @ meanings.T
        gated = F.silu(self.prior["linear_1"](condition.flatten(1)))
        anywhere = self.prior["linear_2"](gated) + self.prior["meaning_out"](gated) @ meanings.T
        return here + anywhere[:, None]

    def losses(self, ids, hidden, condition, entries):
        """−log P(code | codes that are left, condition), the mean over a picture's hidden codes."""
        logs = self.logits(ids, hidden, condition, entries).log_softmax(dim=-1)
        each = -logs.gather(2, ids[:, :, None])[:, :, 0]
        return torch.stack([own[mask == 1].mean() for own, mask in zip(each, hidden)])
