"""A tiny masked diffusion over codes, with random weights, by PyTorch.

    pip install safetensors==0.8.0 torch==2.13.0
    python tests/oracles/latent_diffusion.py     # from the repository's root

Writes tests/fixtures/latent_diffusion/:

- config.json, model.safetensors
- io.json: a batch, the last of which has no condition, the `entries` [codes, 3] that codes stand
  for, its `logits` [batch, latents, codes], its `losses`, and the `gradient` of their sum to the
  condition
- gradients.safetensors: of the sum of the losses
"""

import sys

sys.path.append(sys.path.pop(0))  # this script's own folder, where safetensors.py hides the package

import torch
from masked_diffusion import Diffusion
from oracle_files import numbers, randomize, save

torch.set_num_threads(1)


def write():
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
    entries = torch.randn(7, 3, generator=generator)
    diffusion = Diffusion(config, 3)
    randomize(diffusion, generator, 0.4)
    ids = torch.randint(7, (4, 4), generator=generator)
    condition = torch.randn(4, 2, 5, generator=generator)
    condition[3] = 0  # none
    condition.requires_grad_()
    hidden = torch.tensor([[1, 1, 1, 1], [0, 1, 0, 1], [1, 0, 0, 0], [0, 1, 1, 0.0]])
    losses = diffusion.losses(ids, hidden, condition, entries)
    weights = dict(diffusion.named_parameters())
    gradient, *gradients = torch.autograd.grad(losses.sum(), [condition, *weights.values()])
    io = {
        "ids": ids.tolist(),
        "hidden": numbers(hidden),
        "entries": numbers(entries),
        "condition": numbers(condition),
        "logits": numbers(diffusion.logits(ids, hidden, condition, entries)),
        "losses": numbers(losses),
        "gradient": numbers(gradient),
    }
    gradients = dict(zip(weights, gradients))
    save("latent_diffusion", config, io, model=weights, gradients=gradients)


write()
