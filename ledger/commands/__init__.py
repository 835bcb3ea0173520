"""The subcommands of `baas ledger`: one module each, with `add(subparsers)`."""
