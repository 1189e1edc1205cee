"""What TensorBoard's own reader finds in a folder, as JSON on standard output."""

import json
import sys

from google.protobuf import text_format
from tensorboard.backend.event_processing import event_accumulator
from tensorboard.plugins.projector import projector_config_pb2

folder = sys.argv[1]
accumulator = event_accumulator.EventAccumulator(folder, size_guidance={"scalars": 0, "images": 0, "histograms": 0})
accumulator.Reload()
tags = accumulator.Tags()
config = projector_config_pb2.ProjectorConfig()
try:
    with open(f"{folder}/projector_config.pbtxt") as file:
        text_format.Parse(file.read(), config)
except FileNotFoundError:
    pass

json.dump(
    {
        "scalars": {tag: [[e.step, e.value] for e in accumulator.Scalars(tag)] for tag in tags["scalars"]},
        "images": {
            tag: [[e.step, e.width, e.height, e.encoded_image_string[1:4].decode()] for e in accumulator.Images(tag)]
            for tag in tags["images"]
        },
        "histograms": {
            tag: [
                [e.step, e.histogram_value.min, e.histogram_value.max, e.histogram_value.num, sum(e.histogram_value.bucket)]
                for e in accumulator.Histograms(tag)
            ]
            for tag in tags["histograms"]
        },
        "embeddings": [
            [e.tensor_name, e.tensor_path, e.metadata_path, e.sprite.image_path, list(e.sprite.single_image_dim)]
            for e in config.embeddings
        ],
    },
    sys.stdout,
)
