package wiretest

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) { Main(m) }

// The gate must see what it is there for.
func TestGateSeesWhatIsLeft(t *testing.T) {
	if _, err := os.Stat(descriptorFolder); err != nil {
		t.Logf("there is no %s here: descriptors are not watched", descriptorFolder)
		return
	}
	before := descriptors()
	file, err := os.Create(filepath.Join(t.TempDir(), "forgotten"))
	if err != nil {
		t.Fatal(err)
	}
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	left := strings.Join(leakedDescriptors(before, 0), "\n")
	if !strings.Contains(left, "forgotten") || !strings.Contains(left, "socket:") {
		t.Errorf("a file and a socket are open, seen is %q", left)
	}
	file.Close()
	socket.Close()
	if left := leakedDescriptors(before, time.Second); len(left) > 0 {
		t.Errorf("both are closed, seen is %q", left)
	}
}

func TestGateSeesGoroutines(t *testing.T) {
	end := make(chan struct{})
	started := make(chan struct{})
	go func() { // ends with the test
		close(started)
		<-end
	}()
	<-started
	if left := Leaked(0); !strings.Contains(left, "TestGateSeesGoroutines") {
		t.Errorf("a goroutine is left behind, seen is %q", left)
	}
	close(end)
	if left := Leaked(time.Second); left != "" {
		t.Errorf("it has ended, seen is %q", left)
	}
}
