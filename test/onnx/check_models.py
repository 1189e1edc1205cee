"""Checks ONNX models by the checker of the onnx package and runs them in ONNX Runtime for Python.

Reads JSON from standard input: a list of {"model": base64, "feeds": {name: {"dtype", "shape", "data"}}}.
Writes JSON to standard output: for each, a dictionary of its outputs as {"shape", "data"}.
Ends with an error when the checker refuses a model or the runtime cannot run it.
"""

import base64
import json
import sys

import numpy
import onnx
import onnxruntime


def run(model: bytes, feeds: dict) -> dict:
    onnx.checker.check_model(model, full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    arrays = {
        name: numpy.array(feed["data"], dtype=object if feed["dtype"] == "string" else feed["dtype"]).reshape(feed["shape"])
        for name, feed in feeds.items()
    }
    outputs = session.run(None, arrays)
    return {
        info.name: {"shape": list(value.shape), "data": numbers_or_text(value)}
        for info, value in zip(session.get_outputs(), outputs)
    }


def numbers_or_text(value: numpy.ndarray) -> list:
    plain = value if value.dtype == object else value.astype(numpy.float64)
    return plain.ravel().tolist()


json.dump([run(base64.b64decode(each["model"]), each["feeds"]) for each in json.load(sys.stdin)], sys.stdout)
