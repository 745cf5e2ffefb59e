"""One network across both clouds: a pair of gateway servers joins its two halves by a tunnel."""
