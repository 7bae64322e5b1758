"""Manifests that come with the distribution."""
