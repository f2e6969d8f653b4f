#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes digits.txt from the copy of the UCI handwritten digits that scikit-learn's package carries.

    pip download --no-deps --only-binary :all: scikit-learn
    python3 make_digits.py scikit_learn-*.whl digits.txt

The first argument is a wheel of scikit-learn, or its sklearn/datasets/data/digits.csv.gz.
"""
import gzip
import hashlib
import pathlib
import sys
import zipfile

DIGITS = "0123456789abcdefg"  # grey values 0 to 16
SHA256 = "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8"  # of digits.csv, uncompressed

HEADER = """\
# Optical Recognition of Handwritten Digits: 1797 images of 8x8 pixels with 17 grey values, and their classes.
# E. Alpaydin, C. Kaynak (1998), UCI Machine Learning Repository, https://doi.org/10.24432/C50P49, licence CC BY 4.0.
# A line is one image, row after row: 64 grey values 0123456789abcdefg (g = 16), a blank, the class 0 to 9.
"""


def main() -> None:
    source, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    packed = source.read_bytes()
    if source.suffix == ".whl":
        packed = zipfile.ZipFile(source).read("sklearn/datasets/data/digits.csv.gz")
    table = gzip.decompress(packed)
    if hashlib.sha256(table).hexdigest() != SHA256:
        sys.exit(f"{source}: not the digits.csv that this script knows")
    lines = []
    for row in table.decode("ascii").split():
        *pixels, label = [int(float(value)) for value in row.split(",")]
        assert len(pixels) == 64 and label in range(10)
        lines.append("".join(DIGITS[p] for p in pixels) + f" {label}\n")
    assert len(lines) == 1797
    target.write_text(HEADER + "".join(lines), encoding="ascii")


if __name__ == "__main__":
    main()
