package wiretest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// descriptorFolder names the open files of this process, where the system has
// such a folder. Elsewhere nothing is found, and so nothing is left behind.
const descriptorFolder = "/proc/self/fd"

// startRuntimePoller has the runtime open the descriptors of its own poller, which
// it keeps.
func startRuntimePoller() {
	r, w, err := os.Pipe()
	if err != nil {
		return // then nothing else works either
	}
	r.Close()
	w.Close()
}

// descriptors returns what the process holds open, by number.
func descriptors() map[string]string {
	open := map[string]string{}
	names, err := filepath.Glob(descriptorFolder + "/*")
	if err != nil {
		return open
	}
	for _, name := range names {
		// One that is gone by now was the folder's own.
		if target, err := os.Readlink(name); err == nil && !strings.HasPrefix(target, "/proc/") {
			open[filepath.Base(name)] = target
		}
	}
	return open
}

// leakedDescriptors returns what is open and was not before, and is not closed
// within patience.
func leakedDescriptors(before map[string]string, patience time.Duration) (left []string) {
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		left = nil
		for number, target := range descriptors() {
			if before[number] != target {
				left = append(left, fmt.Sprintf("%s (%s)", number, target))
			}
		}
		if len(left) == 0 || time.Now().After(deadline) {
			slices.Sort(left)
			return left
		}
	}
}
