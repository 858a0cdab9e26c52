package main

import (
	"io"
	"testing"
	"testing/synctest"
	"time"
)

func TestWatchdog(t *testing.T) {
	for _, row := range []struct {
		name   string
		writes int
		pause  time.Duration // before each
		want   string        // of the report
	}{
		{"a suite that is slow goes on", 100, 59 * time.Second, ""},
		{"a suite that stalls is reported", 3, 61 * time.Second, "no test has begun or ended for 1m0s"},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, w := io.Pipe()
				go func() { // ends when all is written
					for range row.writes {
						time.Sleep(row.pause)
						w.Write([]byte("ok\n"))
					}
					w.Close()
				}()
				reports := make(chan error, 1)
				alive := newWatchdog(r, time.Minute, func(cause error) { reports <- cause })
				if _, err := io.Copy(io.Discard, alive); err != nil {
					t.Fatal(err)
				}
				alive.stop()
				reported := ""
				select {
				case err := <-reports:
					reported = err.Error()
				default:
				}
				if reported != row.want {
					t.Errorf("reported %q, want %q", reported, row.want)
				}
			})
		})
	}
}

func TestSuiteThatHangs(t *testing.T) {
	s := suite{name: "suite", dir: ".", command: []string{"sh", "-c", "echo '# pass 3'; sleep 600"}, count: countNode, stall: time.Second}
	if got := s.run(t.Context(), io.Discard); got.failed != 1 {
		t.Errorf("got %v, want one failure", got)
	}
}
