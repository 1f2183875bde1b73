"""Logits, loss and gradients of tiny Llama models with random weights, by `transformers`.

    pip install transformers==5.23.0 torch==2.13.0
    python tests/oracles/llama.py     # from the repository's root

Writes, for grouped-query attention (llama) and for as many key-value heads as heads (llama_mha),
tests/fixtures/<name>/{config.json, model.safetensors, gradients.safetensors, io.json}. io.json has
inputIds [batch, tokens], logits [batch, tokens, vocabulary] and loss, the mean cross entropy of the
next token, whose gradients gradients.safetensors holds.
"""

import json
import pathlib
import sys

sys.path.pop(0)  # this script's own folder, where safetensors.py hides the package

import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

BATCH, TOKENS = 2, 12


def write_fixture(name, key_value_heads):
    folder = pathlib.Path("tests/fixtures") / name
    folder.mkdir(parents=True, exist_ok=True)
    model = LlamaForCausalLM(LlamaConfig(
        vocab_size=64,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=key_value_heads,
        max_position_embeddings=64,
        rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
        tie_word_embeddings=False,
        attention_bias=False,
        mlp_bias=False,
    ))
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for path, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            # Wide enough that attention is far from even, and no norm is the identity.
            parameter.copy_(1 + 0.2 * noise if path.endswith("norm.weight") else 0.3 * noise)
    input_ids = torch.randint(0, 64, (BATCH, TOKENS), generator=generator)

    output = model(input_ids=input_ids, labels=input_ids)
    output.loss.backward()

    model.config.save_pretrained(folder)
    state = {path: parameter.detach() for path, parameter in model.named_parameters()}
    save_file(state, folder / "model.safetensors", {"format": "pt"})
    gradients = {path: parameter.grad for path, parameter in model.named_parameters()}
    save_file(gradients, folder / "gradients.safetensors", {"format": "pt"})
    (folder / "io.json").write_text(json.dumps({
        "inputIds": input_ids.tolist(),
        "logits": [[[float(f"{x:.9g}") for x in row] for row in rows] for rows in output.logits],
        "loss": float(f"{output.loss.item():.9g}"),
    }) + "\n")


write_fixture("llama", key_value_heads=2)
write_fixture("llama_mha", key_value_heads=4)
