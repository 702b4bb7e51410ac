"""Every interleaving of small worlds, searched with the product's own tables and judge.

`python -m tests.model` searches; the model's agent moves by the imported attempt and case tables
and judges by the imported judge. Link, terminal, cashier and other people are the model's own.
"""
