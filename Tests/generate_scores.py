"""Writes Tests/MNISTCoreTests/Fixtures/scores.json: scikit-learn's figures for made-up predictions.

    python3 -m venv .venv && .venv/bin/pip install scikit-learn
    .venv/bin/python Tests/generate_scores.py Tests/MNISTCoreTests/Fixtures/scores.json
"""

import json
import sys

import numpy
import sklearn
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    precision_recall_fscore_support,
)


def case(name, labels, predicted, classes):
    result = {
        "name": name,
        "classes": classes,
        "labels": [int(label) for label in labels],
        "predicted": [int(label) for label in predicted],
        "accuracy": f"{accuracy_score(labels, predicted):.4f}",
        "matrix": confusion_matrix(labels, predicted, labels=range(classes)).tolist(),
    }
    for key, average in (("scores", None), ("macro", "macro"), ("weighted", "weighted")):
        figures = precision_recall_fscore_support(
            labels, predicted, labels=range(classes), average=average, zero_division=0
        )
        if average is None:
            result[key] = [
                [f"{p:.4f}", f"{r:.4f}", f"{f:.4f}", str(int(s))] for p, r, f, s in zip(*figures)
            ]
        else:
            result[key] = [f"{figure:.4f}" for figure in figures[:3]]
    return result


def main():
    draw = numpy.random.default_rng(0)
    cases = []
    labels = draw.integers(0, 10, 500)
    noise = draw.random(500) < 0.2
    cases.append(case("ten classes", labels, numpy.where(noise, draw.integers(0, 10, 500), labels), 10))
    labels = draw.choice(7, 300, p=[0.5, 0.2, 0.1, 0.1, 0.05, 0.05, 0])
    noise = draw.random(300) < 0.5
    cases.append(case("uneven", labels, numpy.where(noise, draw.integers(0, 6, 300), labels), 7))
    cases.append(case("all wrong", [0, 1, 2], [1, 2, 0], 3))
    cases.append(case("all right", [0, 1, 2, 2], [0, 1, 2, 2], 3))
    cases.append(case("one class predicted", [0, 1, 2, 3, 0], [0, 0, 0, 0, 0], 4))
    with open(sys.argv[1], "w") as file:
        json.dump({"scikit-learn": sklearn.__version__, "cases": cases}, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
