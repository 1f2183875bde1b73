"""What the oracles of whole models share: random weights, and how fixtures are written.

A script that imports it puts its own folder last, where safetensors.py does not hide the package:

    sys.path.append(sys.path.pop(0))
"""

import json
import pathlib

import torch
from safetensors.torch import save_file


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
