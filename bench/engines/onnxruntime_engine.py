"""ONNX Runtime's own Python interface on the model that Diabolo saved: the same engine, without Diabolo; for encoding only."""

import os

import onnxruntime
import protocol


class OnnxRuntime(protocol.EncodingEngine):
    version = onnxruntime.__version__

    def __init__(self):
        given = protocol.materials()
        self.workload, self.samples = given.workload, given.data
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = protocol.setting()['threads']
        path = os.path.join(given.folder, 'model.onnx')
        self.session = onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])

    def codes(self, rows):
        return self.session.run(['code'], {'input': rows})[0]


protocol.serve(OnnxRuntime)
