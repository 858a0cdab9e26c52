//go:build nopoll

package conformance

const buildTags = "nopoll" // the servers under test are built like the tests
