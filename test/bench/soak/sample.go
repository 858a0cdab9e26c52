package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"signaling/internal/wiretest"
)

// sample is the server at one moment.
type sample struct {
	Sessions, Goroutines, Panics int
	Heap                         uint64 // bytes
	rss                          int    // bytes
	descriptors                  int
}

func (s sample) String() string {
	return fmt.Sprintf("sessions %4d, goroutines %4d, descriptors %4d, RSS %5.1f MB, heap %5.1f MB",
		s.Sessions, s.Goroutines, s.descriptors, float64(s.rss)/1e6, float64(s.Heap)/1e6)
}

var rssLine = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

func (s *server) sample() (sample, error) {
	var now sample
	res, err := http.Get(s.debug)
	if err != nil {
		return now, fmt.Errorf("the server has gone: %w\n%s", err, s.stderr)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&now); err != nil {
		return now, fmt.Errorf("figures: %w", err)
	}
	proc := fmt.Sprintf("/proc/%d/", s.cmd.Process.Pid)
	status, err := os.ReadFile(proc + "status")
	if err != nil {
		return now, fmt.Errorf("%w: the soak needs Linux", err)
	}
	kilobytes := rssLine.FindSubmatch(status)
	if kilobytes == nil {
		return now, errors.New("the system does not tell how much memory the server has")
	}
	now.rss, _ = strconv.Atoi(string(kilobytes[1])) // digits alone
	now.rss *= 1024
	open, err := filepath.Glob(proc + "fd/*")
	now.descriptors = len(open)
	return now, err
}

const (
	sampleEvery = time.Second
	printEvery  = 30 // samples
)

// watch samples the server until ctx is done.
func watch(ctx context.Context, s *server) (all []sample, err error) {
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return all, nil
		case <-tick.C:
		}
		now, err := s.sample()
		if err != nil {
			return all, err
		}
		if all = append(all, now); len(all)%printEvery == 0 {
			fmt.Printf("%5s %s\n", time.Duration(len(all))*sampleEvery, now)
		}
	}
}

// settlePatience is how long sessions of those who vanished, and what belongs to
// them, may last.
const settlePatience = 90 * time.Second

// atRest returns what the server holds when nobody is there, once the first
// clients have come and gone: what serves them all is there by then.
func (s *server) atRest() (sample, error) {
	onPeer(s.addr, func(*wiretest.Peer) {})
	withBrowser(s.addr, func(b *wiretest.Browser) { wiretest.TryOpenPolling(b, pollingTarget) })
	return s.settle(sample{})
}

// settle waits until no session is left and as little is held as there was at
// rest, or no less comes for a while, and returns what there is then.
func (s *server) settle(rest sample) (least sample, err error) {
	unchanged := 0
	for deadline := time.Now().Add(settlePatience); time.Now().Before(deadline) && unchanged < 15; time.Sleep(sampleEvery) {
		now, err := s.sample()
		if err != nil {
			return now, err
		}
		if now.Sessions == 0 && now.Goroutines <= rest.Goroutines && now.descriptors <= rest.descriptors {
			return now, nil
		}
		if unchanged++; now.Sessions > 0 || now.Goroutines != least.Goroutines || now.descriptors != least.descriptors {
			unchanged = 0
		}
		least = now
	}
	return least, nil
}

// verdict is what there is to judge.
type verdict struct {
	said          said
	before, after sample
	samples       []sample
	log           string
}

// judge returns everything that is wrong.
func judge(v verdict) error {
	var wrong []error
	for i, text := range v.said.Errors {
		if i == 20 {
			break // they will be alike
		}
		wrong = append(wrong, errors.New(text))
	}
	if v.said.Calls == 0 || v.said.Delivered == 0 {
		wrong = append(wrong, errors.New("nobody has called anybody"))
	}
	if v.after.Sessions > 0 {
		wrong = append(wrong, fmt.Errorf("%d sessions are left", v.after.Sessions))
	}
	if v.after.Goroutines > v.before.Goroutines {
		wrong = append(wrong, fmt.Errorf("%d goroutines are left, %d were there at rest", v.after.Goroutines, v.before.Goroutines))
	}
	if v.after.descriptors > v.before.descriptors {
		wrong = append(wrong, fmt.Errorf("%d descriptors are left, %d were there at rest", v.after.descriptors, v.before.descriptors))
	}
	if v.after.Panics > 0 || strings.Contains(v.log, "panic") || strings.Contains(v.log, "ERROR") {
		wrong = append(wrong, fmt.Errorf("%d panics, and the log: %.4000s", v.after.Panics, v.log))
	}
	return errors.Join(append(wrong, growth(v.samples)...)...)
}

// growth compares the last third of the samples with the one before it. The
// first is for warming up.
func growth(all []sample) (wrong []error) {
	third := len(all) / 3
	if third == 0 {
		return []error{errors.New("too short to tell whether anything grows")}
	}
	for _, row := range []struct {
		what  string
		of    func(sample) float64
		slack float64 // for what chance brings
	}{
		{"RSS in MB", func(s sample) float64 { return float64(s.rss) / 1e6 }, 6},
		{"goroutines", func(s sample) float64 { return float64(s.Goroutines) }, 20},
		{"descriptors", func(s sample) float64 { return float64(s.descriptors) }, 40},
	} {
		early, late := mean(all[third:2*third], row.of), mean(all[len(all)-third:], row.of)
		fmt.Printf("%s: %.1f in the second third, %.1f in the last\n", row.what, early, late)
		if late > 1.1*early+row.slack {
			wrong = append(wrong, fmt.Errorf("%s grow: from %.1f to %.1f", row.what, early, late))
		}
	}
	return wrong
}

func mean(all []sample, of func(sample) float64) float64 {
	sum := 0.0
	for _, s := range all {
		sum += of(s)
	}
	return sum / float64(len(all))
}
