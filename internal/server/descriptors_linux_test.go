package server

import (
	"os"
	"regexp"
	"strconv"
	"testing"
)

func TestReserveDescriptors(t *testing.T) {
	most, _ := maxDescriptors()
	ReserveDescriptors()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	size := regexp.MustCompile(`FDSize:\s+(\d+)`).FindSubmatch(status)
	if size == nil {
		t.Fatal("the system does not show the size of its table")
	}
	if n, _ := strconv.ParseUint(string(size[1]), 10, 64); n < min(reservedDescriptors, most) {
		t.Errorf("there is room for %d descriptors, want %d", n, min(reservedDescriptors, most))
	}
}
