package main

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// nodeSummary is a line of the summary that Node's test runner ends with; the
// sign before it depends on the reporter, which depends on Node's version.
var nodeSummary = regexp.MustCompile(`^(?:#|ℹ) (pass|fail|cancelled|skipped|todo) (\d+)$`)

// countNode passes on what Node's test runner prints and adds up its summaries.
// A test that was cancelled, skipped or left for later counts as failed.
func countNode(in io.Reader, out io.Writer) (tally, error) {
	var total tally
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		fmt.Fprint(out, line)
		if m := nodeSummary.FindStringSubmatch(strings.TrimRight(line, "\r\n")); m != nil {
			n, err := strconv.Atoi(m[2])
			if err != nil {
				return total, fmt.Errorf("read the summary %q: %w", line, err)
			}
			if m[1] == "pass" {
				total.passed += n
			} else {
				total.failed += n
			}
		}
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}
