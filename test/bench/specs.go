//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"signaling/test/bench/server"
)

// The servers that are compared.
const (
	ours   = "ours"
	before = "before" // an earlier build of ours; with -before only
	node   = "node"   // socket.io 4.8.4
	floor  = "floor"  // the bare relay
	plain  = "plain"  // socket.io/v2 as its README shows; first round only
)

var names = []string{ours, node, floor, plain}

func moduleRoot() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("find the repository: %w (run this inside it)", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// prepare builds what has to be built, into folder, and says how to start
// the servers.
func prepare(root, folder string, o options) ([]server.Spec, error) {
	var specs []server.Spec
	for _, name := range o.servers {
		command, err := prepareOne(name, root, folder, o)
		if err != nil {
			return nil, err
		}
		specs = append(specs, server.Spec{Name: name, Command: command})
	}
	return specs, nil
}

func prepareOne(name, root, folder string, o options) (func(addr string) []string, error) {
	switch name {
	case ours:
		command, err := build(inside(root, o.ours))
		if err != nil {
			return nil, fmt.Errorf("our server's binary: %w (run `make build`, or name another with -ours)", err)
		}
		return command, nil
	case before:
		command, err := build(inside(root, o.before))
		if err != nil {
			return nil, fmt.Errorf("-before: %w", err)
		}
		return command, nil
	case node:
		if _, err := os.Stat(filepath.Join(root, "test/node_modules/socket.io")); err != nil {
			return nil, fmt.Errorf("the Node reference: %w (run `npm ci --prefix test`)", err)
		}
		return func(addr string) []string {
			return []string{"node", filepath.Join(root, "test/bench/node/server.cjs"), addr}
		}, nil
	}
	binary := filepath.Join(folder, name)
	compile := exec.Command("go", "build", "-o", binary, "./test/bench/"+name)
	compile.Dir = root
	if out, err := compile.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build %s: %w: %s", name, err, out)
	}
	return func(addr string) []string { return []string{binary, addr} }, nil
}

// build returns how a build of our server is started, the same for each.
func build(binary string) (func(addr string) []string, error) {
	if _, err := os.Stat(binary); err != nil {
		return nil, err
	}
	return func(addr string) []string { return []string{binary, "-addr", addr, "-log-level", "warn"} }, nil
}

// inside resolves a path that is relative to the repository.
func inside(root, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(root, path)
}
