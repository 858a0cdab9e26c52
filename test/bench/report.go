//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// writeJSON writes everything that was measured.
func writeJSON(root string, o options, m Machine, results []*Result) error {
	path := inside(root, o.json)
	text, err := json.MarshalIndent(map[string]any{
		"taken":   time.Now().UTC().Format(time.RFC3339),
		"machine": m,
		"rounds":  o.rounds,
		"seconds": o.duration.Seconds(),
		"results": results,
	}, "", "  ")
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = os.WriteFile(path, append(text, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("write the figures: %w", err)
	}
	return nil
}

func printReport(w io.Writer, m Machine, chosen []scenario, o options, results []*Result) {
	fmt.Fprintf(w, "%s, %d cores, %s, Linux %s, %s, Node %s, commit %s, load before %s\n",
		m.CPU, m.Cores, m.Memory, m.Kernel, m.Go, m.Node, m.Commit, m.Load)
	fmt.Fprintf(w, "Medians of at most %d rounds [least–most]; ratios are taken within a round. Less is better, but for deliveries/s.\n\n", o.rounds)
	f := figures(results)
	var t table
	heads := append(append([]string{""}, o.columns()...), "ours/node", "goal", "ours/floor", "goal")
	if o.before != "" {
		heads = append(heads, "ours/before", "verdict")
	}
	t.row(heads...)
	for _, s := range chosen {
		t.heading(s.name + ": " + s.about)
		for _, metric := range f.metrics(s.name) {
			t.row(metricRow(f, s, metric, o)...)
		}
		for _, fault := range f.faults(s.name) {
			t.heading("  ! " + fault)
		}
	}
	comparisonRows(&t, f, o)
	t.print(w)
	if o.before != "" {
		printJudgement(w, chosen, f)
	}
}

// comparisonRows compares scenarios with each other.
func comparisonRows(t *table, f figures, o options) {
	t.heading("the same server in two scenarios: one figure divided by the other")
	for _, c := range comparisons {
		ratios := func(server string) []float64 {
			return f.ratios(c.metric, place{c.of, server}, place{c.by, server})
		}
		row := []string{c.about}
		for _, name := range o.columns() {
			row = append(row, spread(ratios(name)))
		}
		t.row(append(row, "", reached(ratios(ours), comparisonGoal, c.metric))...)
	}
}

func metricRow(f figures, s scenario, metric string, o options) []string {
	row := []string{metric}
	for _, name := range o.columns() {
		row = append(row, spread(f.values(s.name, name, metric)))
	}
	var g goal
	if i := slices.IndexFunc(s.goals, func(g goal) bool { return g.metric == metric }); i >= 0 {
		g = s.goals[i]
	}
	byNode := f.ratios(metric, place{s.name, ours}, place{s.name, node})
	byFloor := f.ratios(metric, place{s.name, ours}, place{s.name, floor})
	row = append(row, spread(byNode), reached(byNode, g.node, metric), spread(byFloor), reached(byFloor, g.floor, metric))
	if o.before != "" {
		row = append(row, spread(f.ratios(metric, place{s.name, ours}, place{s.name, before})), string(f.judge(s.name, metric)))
	}
	return row
}

// reached is a goal and whether the median reaches it.
func reached(ratios []float64, goal float64, metric string) string {
	switch {
	case goal == 0 || len(ratios) == 0:
		return ""
	case metric == throughput && median(ratios) >= goal:
		return fmt.Sprintf("≥%g ok", goal)
	case metric == throughput:
		return fmt.Sprintf("≥%g MISSED", goal)
	case median(ratios) <= goal:
		return fmt.Sprintf("≤%g ok", goal)
	}
	return fmt.Sprintf("≤%g MISSED", goal)
}
