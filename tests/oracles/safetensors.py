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
            "int16": torch.tensor([-300, 300], dtype=torch.int16),
            "int8": torch.tensor([[-128], [127]], dtype=torch.int8),
            "uint64": torch.tensor([5, 2**40], dtype=torch.uint64),
            "uint32": torch.tensor([5, 2**31], dtype=torch.uint32),
            "uint16": torch.tensor([5, 2**15], dtype=torch.uint16),
            "uint8": torch.tensor([0, 200, 255], dtype=torch.uint8),
            "bool": torch.tensor([True, False]),
            "float16 extremes": torch.tensor(
                [65504.0, 6e-8, -0.0, float("inf")], dtype=torch.float16
            ),
        },
        None,
    ),
    "float8": ({"scale": normal, "weight": normal.to(torch.float8_e4m3fn)}, None),
}

values = {}
for name, (tensors, metadata) in FILES.items():
    save_file(tensors, FOLDER / f"{name}.safetensors", metadata)
    values[name] = {
        key: {"shape": list(t.shape), "data": [str(x) for x in t.float().flatten().tolist()]}
        for key, t in tensors.items()
    }
(FOLDER / "values.json").write_text(json.dumps(values, indent=1) + "\n")
