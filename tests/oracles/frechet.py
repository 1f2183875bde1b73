"""Fréchet and kernel distance of two small sets of features, by NumPy and by loops.

    pip install numpy
    python tests/oracles/frechet.py     # from the repository's root

Writes tests/fixtures/frechet.json: one [30, 6], other [25, 6], frechet, kernel.
"""

import json

import numpy

random = numpy.random.default_rng(0)
one = random.normal(size=(30, 6)) @ random.normal(size=(6, 6))
other = random.normal(size=(25, 6)) @ random.normal(size=(6, 6)) + 0.5

covariances = [numpy.cov(rows, rowvar=False) for rows in (one, other)]
roots = numpy.sqrt(numpy.linalg.eigvals(covariances[0] @ covariances[1]).astype(complex)).real
moved = ((one.mean(axis=0) - other.mean(axis=0)) ** 2).sum()
frechet = moved + numpy.trace(covariances[0]) + numpy.trace(covariances[1]) - 2 * roots.sum()


def kernel(x, y):
    return (x @ y / 6 + 1) ** 3


def within(rows):
    pairs = [(i, j) for i in range(len(rows)) for j in range(len(rows)) if i != j]
    return numpy.mean([kernel(rows[i], rows[j]) for i, j in pairs])


between = numpy.mean([kernel(x, y) for x in one for y in other])
json.dump({
    "one": one.tolist(),
    "other": other.tolist(),
    "frechet": frechet,
    "kernel": within(one) + within(other) - 2 * between,
}, open("tests/fixtures/frechet.json", "w"))
