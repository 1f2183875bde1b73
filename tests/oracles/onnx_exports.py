"""One tiny encoder, 8 × 8 pixels to 2 × 2 features, in the forms in which people export encoders.

    pip install onnx==1.23.2 numpy
    python tests/oracles/onnx_exports.py     # from the repository's root

Writes tests/fixtures/onnx/*, and io.json with pictures [pictures, height, width, 3] in 0-255 and their
features [pictures, tokens, features] for a mean and deviation of .5, which tests/onnx_encoder.test.ts
reads.
"""

import json
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path("tests/fixtures/onnx")
FOLDER.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(0)
W = random.normal(size=(4, 3, 4, 4)).astype(np.float32)
FLOAT, HALF, INT64 = TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.INT64
port = helper.make_tensor_value_info
node = helper.make_node
ENCODER = [
    node("Conv", ["pixel_values", "W"], ["c"], strides=[4, 4]),
    node("Reshape", ["c", "shape"], ["r"]),
    node("Transpose", ["r"], ["last_hidden_state"], perm=[0, 2, 1]),
]


def model(nodes=ENCODER, inputs=None, outputs=None, dtype=np.float32, shape=(0, 4, 4), more=()):
    inputs = inputs or [port("pixel_values", FLOAT, ["batch", 3, 8, 8])]
    outputs = outputs or [port("last_hidden_state", FLOAT, ["batch", 4, 4])]
    constants = [numpy_helper.from_array(W.astype(dtype), "W"),
                 numpy_helper.from_array(np.array(shape, np.int64), "shape"), *more]
    graph = helper.make_graph(list(nodes), "encoder", inputs, outputs, constants)
    return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])


def save(name, made, **options):
    onnx.save(made, FOLDER / f"{name}.onnx", **options)


ids = port("input_ids", INT64, ["batch", 4])
for batch in (1, 3):
    save(f"fixed_batch{batch}", model(inputs=[port("pixel_values", FLOAT, [batch, 3, 8, 8])],
                                      outputs=[port("last_hidden_state", FLOAT, [batch, 4, 4])]))
save("unnamed_batch", model(inputs=[port("pixel_values", FLOAT, [None, 3, 8, 8])],
                            outputs=[port("last_hidden_state", FLOAT, [None, 4, 4])]))
save("no_shapes", model(inputs=[port("pixel_values", FLOAT, None)],
                        outputs=[port("last_hidden_state", FLOAT, None)]))
save("minus_one", model(inputs=[port("pixel_values", FLOAT, [-1, 3, -1, -1])],
                        outputs=[port("last_hidden_state", FLOAT, [-1, -1, 4])]))
save("hidden_batch1", model(shape=(1, 4, 4)))
save("float16", model(inputs=[port("pixel_values", HALF, ["batch", 3, 8, 8])],
                      outputs=[port("last_hidden_state", HALF, ["batch", 4, 4])],
                      dtype=np.float16))
(FOLDER / "external.onnx_data").unlink(missing_ok=True)  # or it grows
save("external", model(), save_as_external_data=True, location="external.onnx_data",
     size_threshold=0)
save("unneeded_ids", model(ENCODER + [node("Identity", ["input_ids"], ["ids_out"])],
                           inputs=[ids, port("pixel_values", FLOAT, ["batch", 3, 8, 8])],
                           outputs=[port("ids_out", INT64, ["batch", 4]),
                                    port("last_hidden_state", FLOAT, ["batch", 4, 4])]))
words = [node("Cast", ["input_ids"], ["f"], to=FLOAT), node("Unsqueeze", ["f", "axis"], ["text"])]
save("two_towers", model(
    [*ENCODER[:2], *words, node("Transpose", ["r"], ["image"], perm=[0, 2, 1])],
    inputs=[port("pixel_values", FLOAT, ["batch", 3, 8, 8]), ids],
    outputs=[port("text", FLOAT, ["batch", 4, 1]), port("image", FLOAT, ["batch", 4, 4])],
    more=[numpy_helper.from_array(np.array([2], np.int64), "axis")]))
save("needed_ids", model(
    ENCODER[:2] + [node("Cast", ["input_ids"], ["f"], to=FLOAT), node("Unsqueeze", ["f", "axis"], ["u"]),
                   node("Transpose", ["r"], ["t"], perm=[0, 2, 1]),
                   node("Add", ["t", "u"], ["last_hidden_state"])],
    inputs=[port("pixel_values", FLOAT, ["batch", 3, 8, 8]), ids],
    more=[numpy_helper.from_array(np.array([2], np.int64), "axis")]))
save("default_input", model(
    ENCODER[:2] + [node("Transpose", ["r"], ["t"], perm=[0, 2, 1]),
                   node("Mul", ["t", "scale"], ["last_hidden_state"])],
    inputs=[port("pixel_values", FLOAT, ["batch", 3, 8, 8]), port("scale", FLOAT, [])],
    more=[numpy_helper.from_array(np.float32(1), "scale")]))
save("channels_last", model(
    [node("Transpose", ["image"], ["pixel_values"], perm=[0, 3, 1, 2]), *ENCODER],
    inputs=[port("image", FLOAT, ["batch", 8, 8, 3])]))
twice = node("Add", ["last_hidden_state", "last_hidden_state"], ["twice"])
save("two_outputs", model([*ENCODER, twice], outputs=[
    port("twice", FLOAT, ["batch", 4, 4]), port("last_hidden_state", FLOAT, ["batch", 4, 4]),
    port("c", FLOAT, ["batch", 4, 2, 2])]))
inner = helper.make_graph([node("Transpose", ["r"], ["inner"], perm=[0, 2, 1])], "inner", [],
                          [port("inner", FLOAT, None)])
other = helper.make_graph([node("Neg", ["r"], ["other"])], "other", [], [port("other", FLOAT, None)])
save("branches", model(
    [*ENCODER[:2], node("If", ["yes"], ["last_hidden_state"], then_branch=inner, else_branch=other)],
    more=[numpy_helper.from_array(np.array(True), "yes")]))
save("bytes", model([node("Cast", ["bytes"], ["pixel_values"], to=FLOAT), *ENCODER],
                    inputs=[port("bytes", TensorProto.UINT8, ["batch", 3, 8, 8])]))
save("no_numbers", model([*ENCODER[:2], node("Transpose", ["r"], ["t"], perm=[0, 2, 1]),
                          node("Sub", ["t", "t"], ["zero"]),
                          node("Div", ["zero", "zero"], ["last_hidden_state"])]))

pictures = random.integers(0, 256, (4, 8, 8, 3))
scaled = (pictures / 255 - 0.5) / 0.5
patches = scaled.reshape(4, 2, 4, 2, 4, 3).transpose(0, 1, 3, 5, 2, 4).reshape(4, 4, 48)
features = patches @ W.reshape(4, 48).T
(FOLDER / "io.json").write_text(json.dumps({
    "pictures": pictures.tolist(),
    "features": features.round(6).tolist(),
}) + "\n")
