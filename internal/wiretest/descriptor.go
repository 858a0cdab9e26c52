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

// descriptors returns what the process holds open, by number. What the runtime
// and the pollers of the engine keep for good, epoll and event descriptors, has
// no name of its own and is left out.
func descriptors() map[string]string {
	open := map[string]string{}
	names, err := filepath.Glob(descriptorFolder + "/*")
	if err != nil {
		return open
	}
	for _, name := range names {
		// One that is gone by now was the folder's own.
		if target, err := os.Readlink(name); err == nil && !strings.HasPrefix(target, "anon_inode:") && !strings.HasPrefix(target, "/proc/") {
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
