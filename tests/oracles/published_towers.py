"""Features of tiny vision towers in folders as they are published, by `transformers` from the file of
a picture that is no square.

    pip install transformers==5.24.0 torch==2.13.0 safetensors==0.8.0 pillow==13.0.0
    python tests/oracles/published_towers.py     # from the repository's root

Writes tests/fixtures/clip_published: the whole model's configuration, in which the vision tower's
says only what differs from the family's defaults; two shards of float16 and bfloat16 with an index,
and tensors of other types beside; the preprocessing in processor_config.json alone; 20 pixels by
patches of 6, exact GELU. And tests/fixtures/siglip_published: one file, linear interpolation, a
preprocessor_config.json of version 4. io.json has `features` [patches, features] of wide.png, and the
first of them with other `activations`. And tests/fixtures/resampled.json: the SHA-256 of wide.png's bytes
at other sizes, for which Pillow 11 and 13 agree.
"""

import hashlib
import json
import pathlib
import sys

sys.path.pop(0)  # this script's own folder, where safetensors.py hides the package

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from transformers import CLIPVisionConfig, CLIPVisionModel, SiglipVisionConfig, SiglipVisionModel
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

FIXTURES = pathlib.Path("tests/fixtures")
SIZES = dict(hidden_size=16, intermediate_size=20, num_hidden_layers=1, num_attention_heads=2,
             image_size=20, patch_size=6)
ACTIVATIONS = ["gelu", "gelu_fast", "gelu_new", "gelu_pytorch_tanh", "quick_gelu", "relu", "silu",
               "swish"]


def picture():
    y, x = np.mgrid[0:48, 0:64]
    bands = [127 + 100 * np.sin(x / 5 + y / 9), 127 + 100 * np.cos(x / 3 - y / 7), 4 * x]
    return Image.fromarray(np.stack(bands, -1).clip(0, 255).astype(np.uint8))


def randomized(model):
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for path, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            is_norm = "norm" in path and path.endswith("weight")
            values = 1 + 0.2 * noise if is_norm else 0.3 * noise
            parameter.copy_(values.bfloat16().half().float())  # which both types hold exactly
    return model.eval()


def numbers(x):
    return [float(f"{v:.7g}") for v in np.asarray(x.detach()).flatten()]


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1) + "\n")


def write_io(folder, model, processor, skip):
    pixels = processor(Image.open(FIXTURES / "wide.png"), return_tensors="pt")["pixel_values"]
    run = lambda model: model(pixel_values=pixels).last_hidden_state[0, skip:]
    firsts = {}
    for name in ACTIVATIONS:
        config = type(model.config)(**{**model.config.to_dict(), "hidden_act": name})
        other = type(model)(config).eval()
        other.load_state_dict(model.state_dict())
        firsts[name] = numbers(run(other)[0])
    write_json(folder / "io.json", {
        "features": numbers(run(model)),
        "activations": firsts,
    })


def tower(model):
    return {f"vision_model.{path}": p.detach() for path, p in model.named_parameters()
            if "head" not in path}


picture().save(FIXTURES / "wide.png", optimize=True)
FILTERS = {"cubic": Image.BICUBIC, "linear": Image.BILINEAR}
write_json(FIXTURES / "resampled.json", [
    {"width": width, "height": height, "interpolation": name,
     "sha256": hashlib.sha256(picture().resize((width, height), method).tobytes()).hexdigest()}
    for width, height in [(20, 20), (150, 113), (20, 100), (64, 47), (1, 1)]
    for name, method in FILTERS.items()])

folder = FIXTURES / "clip_published"
folder.mkdir(exist_ok=True)
clip = randomized(CLIPVisionModel(CLIPVisionConfig(**SIZES, hidden_act="gelu")))
write_json(folder / "config.json", {
    "architectures": ["CLIPModel"], "model_type": "clip", "hidden_size": 512, "projection_dim": 512,
    "text_config": {"model_type": "clip_text_model", "hidden_size": 64, "hidden_act": "gelu"},
    "vision_config": {"model_type": "clip_vision_model", "hidden_act": "gelu", **SIZES},
    "vision_config_dict": None,
})
processor = CLIPImageProcessorPil(size={"shortest_edge": 20}, crop_size=20, image_mean=[0.4, 0.5, 0.6],
                                  image_std=[0.2, 0.3, 0.4])
write_json(folder / "processor_config.json", {
    "image_processor": json.loads(processor.to_json_string()), "processor_class": "CLIPProcessor"})
state = tower(clip)
first = {name: tensor.half() for name, tensor in state.items() if "encoder" not in name}
second = {name: tensor.bfloat16() for name, tensor in state.items() if "encoder" in name}
first["vision_model.embeddings.position_ids"] = torch.arange(10)
second["text_model.mask"] = torch.tensor([True, False])
second["text_model.quantized"] = torch.ones(3).to(torch.float8_e4m3fn)
shards = {"model-00001-of-00002.safetensors": first, "model-00002-of-00002.safetensors": second}
for name, tensors in shards.items():
    save_file(tensors, folder / name, {"format": "pt"})
write_json(folder / "model.safetensors.index.json", {
    "metadata": {"total_size": 1},
    "weight_map": {name: file for file, tensors in shards.items() for name in tensors}})
write_io(folder, clip, processor, 1)

folder = FIXTURES / "siglip_published"
folder.mkdir(exist_ok=True)
siglip = randomized(SiglipVisionModel(SiglipVisionConfig(**SIZES)))
write_json(folder / "config.json", {
    "architectures": ["SiglipModel"], "model_type": "siglip",
    "text_config": {"model_type": "siglip_text_model"},
    "vision_config": {"model_type": "siglip_vision_model", **SIZES},
})
processor = SiglipImageProcessorPil(size={"height": 20, "width": 20}, resample=2)
write_json(folder / "preprocessor_config.json", {
    "do_convert_rgb": None, "do_normalize": True, "do_rescale": True, "do_resize": True,
    "image_mean": [0.5, 0.5, 0.5], "image_processor_type": "SiglipImageProcessor",
    "image_std": [0.5, 0.5, 0.5], "processor_class": "SiglipProcessor", "resample": 2,
    "rescale_factor": 0.00392156862745098, "size": {"height": 20, "width": 20}})
save_file({name: tensor.half() for name, tensor in tower(siglip).items()},
          folder / "model.safetensors", {"format": "pt"})
write_io(folder, siglip, processor, 0)
