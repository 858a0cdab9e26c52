package conformance

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// The servers under test, as http://host:port. TestMain sets them.
var (
	protocolURL string
	serverURL   string
)

// peerIsNode says that both servers are the Node reference.
var peerIsNode = os.Getenv("CONFORMANCE_PEER") == "node"

// TestMain lets more tests run at once than there are processors: they wait for
// heartbeats and timeouts most of the time. A -parallel flag still wins.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "4"); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
	code, err := runAgainstServers(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		code = 1
	}
	os.Exit(code)
}

// runAgainstServers runs the tests against the servers that the environment
// names, or against its own build of this tree.
func runAgainstServers(m *testing.M) (code int, err error) {
	protocolURL = os.Getenv("CONFORMANCE_PROTOCOL_URL")
	serverURL = os.Getenv("CONFORMANCE_SERVER_URL")
	if (protocolURL == "") != (serverURL == "") {
		return 0, fmt.Errorf("set both CONFORMANCE_PROTOCOL_URL and CONFORMANCE_SERVER_URL, or neither")
	}
	if serverURL != "" {
		return m.Run(), nil
	}
	dir, err := os.MkdirTemp("", "conformance")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	if err := build(dir); err != nil {
		return 0, err
	}

	protocol, err := start(filepath.Join(dir, "protocolserver"), regexp.MustCompile(`^listening on (http://\S+)`))
	if err != nil {
		return 0, err
	}
	server, err := start(filepath.Join(dir, "signaling"), regexp.MustCompile(`^Open (http://[^/\s]+)`))
	if err != nil {
		return 0, errors.Join(err, protocol.stop())
	}
	protocolURL, serverURL = protocol.url, server.url
	code = m.Run()
	return code, errors.Join(protocol.stop(), server.stop())
}

// build compiles both servers into dir, with the race detector when the tests
// themselves run under it.
func build(dir string) error {
	args := []string{"build", "-o", dir}
	if raceEnabled {
		args = append(args, "-race")
	}
	cmd := exec.Command("go", append(args, "-tags="+buildTags, "signaling", "signaling/test/protocolserver")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the servers under test: %w\n%s", err, out)
	}
	return nil
}
