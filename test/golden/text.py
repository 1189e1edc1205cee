"""Stems, weights and singular values by NLTK and scikit-learn: what test/text is held to.

    python3 test/golden/text.py

needs nltk, numpy and scikit-learn, and writes test/golden/text.json.

Stems are Porter's with the changes that he published later (NLTK calls them his extensions). Weights are scikit-learn's
TfidfTransformer (smooth idf, Euclidean length 1) of ln(1 + count). Singular values are those of its TruncatedSVD by ARPACK, of
a matrix whose entry (r, c) is ((37 r + 11 c + r c) mod 101) / 100 where that is below 0.3, and 0 elsewhere.
"""

import json
import pathlib

import numpy
from nltk.stem.porter import PorterStemmer
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfTransformer

WORDS = """
caresses ponies ties caress cats feed agreed plastered bled motoring sing conflated troubled sized hopping tanned falling
hissing fizzed failing filing happy sky relational conditional rational valency hesitancy digitizer conformably radically
differently vilely analogously vietnamization predication operator feudalism decisiveness hopefulness callousness formality
sensitivity sensibility triplicate formative formalize electricity electrical hopeful goodness revival allowance inference
airliner gyroscopic adjustable defensible irritant replacement adjustment dependent adoption homologous communism activate
angularity effective bowdlerize probate rate cease controlling rolling technology biology possibly shares billion
profits companies acquisition reserves weekly tonnes exported interest
""".split()

COUNTS = [[3, 0, 1, 0, 7], [2, 0, 0, 0, 1], [0, 1, 0, 4, 2], [1, 0, 0, 0, 1], [0, 0, 0, 0, 0]]

ROWS, COLUMNS, COMPONENTS = 60, 40, 6


def main():
    stem = PorterStemmer(mode=PorterStemmer.MARTIN_EXTENSIONS).stem
    weights = TfidfTransformer().fit_transform(numpy.log1p(numpy.array(COUNTS, dtype=float))).toarray()
    r, c = numpy.mgrid[:ROWS, :COLUMNS]
    matrix = (37 * r + 11 * c + r * c) % 101 / 100
    matrix[matrix >= 0.3] = 0
    svd = TruncatedSVD(COMPONENTS, algorithm="arpack").fit(matrix)
    golden = {
        "stems": {word: stem(word) for word in WORDS},
        "counts": COUNTS,
        "weights": weights.tolist(),
        "svd": {
            "rows": ROWS,
            "columns": COLUMNS,
            "singularValues": svd.singular_values_.tolist(),
            "components": svd.components_.tolist(),
        },
    }
    path = pathlib.Path(__file__).with_name("text.json")
    path.write_text(json.dumps(golden, indent=1) + "\n")


main()
