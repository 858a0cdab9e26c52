//go:build !nopoll

package conformance

const buildTags = ""
