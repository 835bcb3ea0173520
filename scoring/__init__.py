"""The scoring engine as a pure library: state + features + model + policy > decision. No Kafka, no HTTP."""
