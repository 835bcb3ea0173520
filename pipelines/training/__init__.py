"""Training: a set built by the fold, gradient trees and an isolation forest, calibrated, tested on later time, registered."""
