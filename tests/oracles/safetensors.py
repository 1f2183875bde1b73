"""Files that `safetensors` for Python writes, and the values in them.

    pip install safetensors==0.8.0 torch==2.13.0 numpy
    python tests/oracles/safetensors.py     # from the repository's root

Writes tests/fixtures/safetensors/*, which tests/nn_safetensors.test.ts reads.
"""

import json
import pathlib
import sys

sys.path.pop(0)  # this script's own folder, where its name hides the package's

import torch
from safetensors.torch import save_file

FOLDER = pathlib.Path("tests/fixtures/safetensors")
FOLDER.mkdir(parents=True, exist_ok=True)

generator = torch.Generator().manual_seed(0)
normal = torch.randn(4, 3, generator=generator)

FILES = {
    "float32": (
        {
            "model.norm.weight": torch.ones(3),
            "lm_head.weight": normal,
            "scale": torch.tensor(0.5),
            "empty": torch.zeros(0, 3),
        },
        {"format": "pt"},
    ),
    "mixed": (
        {
            "float16": normal.half(),
            "bfloat16": normal.bfloat16(),
            "float64": normal.double(),
            "int32": torch.tensor([[-1, 2], [3, 2**24]], dtype=torch.int32),
            "int64": torch.tensor([-5, 2**31], dtype=torch.int64),
            "float16 extremes": torch.tensor(
                [65504.0, 6e-8, -0.0, float("inf")], dtype=torch.float16
            ),
        },
        None,
    ),
    "unreadable": ({"mask": torch.tensor([True, False])}, None),
}

values = {}
for name, (tensors, metadata) in FILES.items():
    save_file(tensors, FOLDER / f"{name}.safetensors", metadata)
    values[name] = {
        key: {"shape": list(t.shape), "data": [str(x) for x in t.float().flatten().tolist()]}
        for key, t in tensors.items()
    }
(FOLDER / "values.json").write_text(json.dumps(values, indent=1) + "\n")
