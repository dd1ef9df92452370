"""The data sets that can be imported, one row of values each, by family.

To add a data set whose labels lie in one of the known layouts, add its card in `domain.datasets.cards` and one
`DatasetReader` to `ROWS` of its family's module: what is expected, the suffixes, the layout with its values, and the
options that apply. A new layout needs code in `importers.layouts`. More in `docs/datasets.md`.
"""
