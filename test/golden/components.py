"""Principal components as scikit-learn finds them, and how it ranks scores: python test/golden/components.py writes
components.json beside this file.

pip install scikit-learn
"""

import json
from pathlib import Path

import numpy
from sklearn.decomposition import PCA
from sklearn.metrics import average_precision_score, roc_auc_score

MASK = 0xFFFFFFFF


def stream(number, length):
    """As in test/train/streams.ts."""
    h = (0x9E3779B9 * number + numpy.arange(length, dtype=numpy.uint64)) & MASK
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & MASK
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & MASK
    return h ^ (h >> 16)


def samples(rows, width):
    prototypes = stream(1, 10 * width).reshape(10, width) % 256
    noise = stream(2, rows * width).reshape(rows, width) % 256
    return (3 * prototypes[numpy.arange(rows) % 10] + noise) // 4


def components(rows, width, count):
    x = samples(rows, width) / 255
    found = PCA(count, svd_solver="full").fit(x)
    codes = found.transform(x)
    again = found.inverse_transform(codes)
    return {
        "rows": rows,
        "width": width,
        "variance": found.explained_variance_.tolist(),
        "ratio": found.explained_variance_ratio_.tolist(),
        "mse": float(((again - x) ** 2).mean()),
        # signs are nobody's business
        "codes": numpy.abs(codes[:3]).round(9).tolist(),
    }


scores = (stream(3, 200) % 50).astype(float)
anomaly = (stream(4, 200) % 7 == 0) | (scores > 45)
result = {
    "exact": components(90, 12, 5),
    "wide": components(60, 2500, 8),
    "ranking": {
        "scores": scores.tolist(),
        "anomaly": anomaly.tolist(),
        "auroc": roc_auc_score(anomaly, scores),
        "averagePrecision": average_precision_score(anomaly, scores),
    },
}
(Path(__file__).parent / "components.json").write_text(json.dumps(result) + "\n")
