"""Trains a Diabolo autoencoder with ONNX Runtime and numpy alone: the training step is the file.

    diabolo export RUN --what training --data DATA    writes training.onnx and training.safetensors
    python train.py training.onnx                     trains as Diabolo did, prints the mean loss of each epoch

Without --data the samples are yours to give: a file of numpy's, one per row, as they are stored (uint8 for images).

    python train.py training.onnx data.npy
"""

import json
import sys

import numpy
import onnxruntime


def load_safetensors(path):
    """Tensors by name: eight bytes that say how long the header is, the header in JSON, the values."""
    types = {"F32": numpy.float32, "I32": numpy.int32, "I64": numpy.int64, "U8": numpy.uint8}
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        values = file.read()
    header.pop("__metadata__", None)
    return {
        name: numpy.frombuffer(values[slice(*each["data_offsets"])], types[each["dtype"]]).reshape(each["shape"])
        for name, each in header.items()
    }


def train(model, feeds):
    """Yields the mean loss of each epoch and, by name, the weights and the optimizer's state after it."""
    options = onnxruntime.SessionOptions()
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    plan = json.loads(session.get_modelmeta().custom_metadata_map["diabolo.training"])
    outputs = [output.name for output in session.get_outputs()]
    per_epoch = plan["stepsPerEpoch"]
    for step in range(0, plan["steps"], per_epoch):
        run = {"trips": numpy.array(per_epoch), "step": numpy.array(step)}
        result = dict(zip(outputs, session.run(None, {**feeds, **run})))
        state = {name[: -len(".next")]: value for name, value in result.items() if name.endswith(".next")}
        feeds = {**feeds, **state}
        yield float(result["losses"].mean()), state


if __name__ == "__main__":
    model, *samples = sys.argv[1:]
    feeds = load_safetensors(model.removesuffix(".onnx") + ".safetensors")
    if samples:
        data = numpy.load(samples[0])
        feeds["data"] = data.reshape(len(data), -1)
    for epoch, (loss, state) in enumerate(train(model, feeds), start=1):
        print(f"epoch {epoch}: loss {loss:.8f}", flush=True)
