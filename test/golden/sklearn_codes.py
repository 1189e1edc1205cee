"""Writes codes.json: neighbours, clusters and agreements by scikit-learn, in float64, for test/codes.

    pip install scikit-learn==1.9.1 && python test/golden/sklearn_codes.py > test/golden/codes.json
"""

import json
import sys

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.neighbors import KNeighborsClassifier

ROWS, QUERIES, WIDTH, KINDS = 240, 40, 5, 6

random = np.random.RandomState(3)
kinds = random.normal(0, 3, (KINDS, WIDTH))
labels = random.randint(0, KINDS, ROWS + QUERIES)
# far from the origin, where distances by products lose digits
values = (100 + kinds[labels] + random.normal(0, 1.5, (ROWS + QUERIES, WIDTH))).astype(np.float32)
train, test = values[:ROWS], values[ROWS:]

neighbours = KNeighborsClassifier(n_neighbors=5, algorithm="brute").fit(train.astype(np.float64), labels[:ROWS])
distances, rows = neighbours.kneighbors(test.astype(np.float64))

start = train[:8]
clustering = KMeans(8, init=start.astype(np.float64), n_init=1, tol=0, algorithm="lloyd").fit(train.astype(np.float64))
# two of these lose all of their rows at once
lost = np.concatenate([train[:6], np.full((2, WIDTH), -1000.0), train[6:7]]).astype(np.float32)
relocated = KMeans(9, init=lost.astype(np.float64), n_init=1, tol=0, algorithm="lloyd").fit(train.astype(np.float64))
drawn = KMeans(KINDS, init="k-means++", n_init=20, tol=0, random_state=1).fit(train.astype(np.float64))


def clusters(fitted):
    return {
        "centres": fitted.cluster_centers_.ravel().tolist(),
        "clusters": fitted.labels_.tolist(),
        "inertia": fitted.inertia_,
        "rounds": int(fitted.n_iter_),
    }


pairs = []
for left, right in [(2, 2), (3, 7), (10, 10), (1, 4), (1, 1)]:
    a, b = random.randint(0, left, 60), random.randint(0, right, 60)
    b[:30] = a[:30]
    pairs.append((a, b))
pairs.append((labels[:ROWS], clustering.labels_))

json.dump(
    {
        "shape": {"rows": ROWS, "queries": QUERIES, "width": WIDTH},
        "labels": labels.tolist(),
        "values": [float(value) for value in values.ravel()],
        "neighbours": {
            "rows": rows.ravel().tolist(),
            "squared": (distances.ravel() ** 2).tolist(),
            "predicted": neighbours.predict(test.astype(np.float64)).tolist(),
        },
        "kMeans": clusters(clustering),
        "relocated": {**clusters(relocated), "start": [float(value) for value in lost.ravel()]},
        "drawn": {"clusters": KINDS, "inertia": drawn.inertia_},
        "agreement": [
            {
                "a": a.tolist(),
                "b": b.tolist(),
                "mutualInformation": normalized_mutual_info_score(a, b),
                "adjustedRand": adjusted_rand_score(a, b),
            }
            for a, b in pairs
        ],
    },
    sys.stdout,
)
