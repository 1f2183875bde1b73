"""Features of tiny CLIP and SigLIP vision towers with random weights, by `transformers`.

    pip install transformers==5.23.0 torch==2.13.0 onnx==1.19.0
    python tests/oracles/vision_towers.py     # from the repository's root

Writes tests/fixtures/<clip_vision|siglip_vision>/{config.json, preprocessor_config.json,
model.safetensors, model.onnx, io.json}. model.onnx takes any number of pictures. io.json has pictures [pictures, height, width, 3] in 0-255, the last
hidden state and the one before it, [pictures, tokens, features].
"""

import json
import pathlib
import sys

sys.path.pop(0)  # this script's own folder, where safetensors.py hides the package

import torch
from safetensors.torch import save_file
from transformers import CLIPVisionConfig, CLIPVisionModel, SiglipVisionConfig, SiglipVisionModel

SIZE, PATCH, PICTURES = 24, 6, 2
SHARED = dict(hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
              image_size=SIZE, patch_size=PATCH)


class Exported(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixel_values):
        output = self.model(pixel_values=pixel_values)
        return output.last_hidden_state, output.pooler_output


def export(model, path):
    names = ["pixel_values", "last_hidden_state", "pooler_output"]
    torch.onnx.export(
        Exported(model), (torch.zeros(1, 3, SIZE, SIZE),), path, input_names=names[:1],
        output_names=names[1:], dynamic_axes={name: {0: "batch_size"} for name in names},
        opset_version=17, dynamo=False)


def write_fixture(name, model, mean, std):
    folder = pathlib.Path("tests/fixtures") / name
    folder.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for path, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            is_norm = "norm" in path and path.endswith("weight")
            parameter.copy_(1 + 0.2 * noise if is_norm else 0.2 * noise)
    pictures = torch.randint(0, 256, (PICTURES, SIZE, SIZE, 3), generator=generator)
    scaled = (pictures / 255 - torch.tensor(mean)) / torch.tensor(std)
    output = model.eval()(pixel_values=scaled.permute(0, 3, 1, 2), output_hidden_states=True)

    model.config.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps({
        "image_mean": mean,
        "image_std": std,
        "size": {"height": SIZE, "width": SIZE},
    }, indent=2) + "\n")
    # Published files have this prefix, and the text tower's tensors beside.
    state = {f"vision_model.{path}": p.detach() for path, p in model.named_parameters()}
    state["text_model.final_layer_norm.weight"] = torch.ones(8)
    save_file(state, folder / "model.safetensors", {"format": "pt"})
    export(model, folder / "model.onnx")
    rounded = lambda x: [[[float(f"{v:.9g}") for v in row] for row in rows] for rows in x]
    (folder / "io.json").write_text(json.dumps({
        "pictures": pictures.tolist(),
        "last": rounded(output.last_hidden_state),
        "before": rounded(output.hidden_states[-2]),
    }) + "\n")


write_fixture("clip_vision", CLIPVisionModel(CLIPVisionConfig(**SHARED, projection_dim=16)),
              [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711])
write_fixture("siglip_vision", SiglipVisionModel(SiglipVisionConfig(**SHARED)),
              [0.5, 0.5, 0.5], [0.5, 0.5, 0.5])
