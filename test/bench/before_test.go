//go:build linux

package main

import (
	"slices"
	"testing"
)

func TestJudge(t *testing.T) {
	tests := []struct {
		name      string
		metric    string
		now, then []float64
		want      judgement
	}{
		{"one round has no spread", cpuDelivery, []float64{9}, []float64{1}, none},
		{"twice as much each time", cpuDelivery, []float64{20, 21, 20.5}, []float64{10, 10, 10}, worse},
		{"half as much each time", cpuDelivery, []float64{5, 5.1, 4.9}, []float64{10, 10, 10}, better},
		{"more, but within the ratios' spread", cpuDelivery, []float64{10.1, 10.3, 10.5}, []float64{10, 10, 10}, same},
		{"more, but before varies as much", cpuDelivery, []float64{10.5, 12.6, 11.55}, []float64{10, 12, 11}, same},
		{"less than one in a hundred", cpuDelivery, []float64{10.05, 10.05}, []float64{10, 10}, same},
		{"of deliveries more is better", throughput, []float64{20, 20}, []float64{10, 10}, better},
		{"of deliveries less is worse", throughput, []float64{10, 10}, []float64{20, 20}, worse},
		{"a count that was 0", "descriptors left over", []float64{3, 4}, []float64{0, 0}, worse},
		{"a count that is 0 at times", "attempts that failed", []float64{0, 4}, []float64{0, 2}, same},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var f figures
			for round := range tt.now {
				f = append(f,
					&Result{Round: round, Scenario: "s", Server: ours, Metrics: map[string]float64{tt.metric: tt.now[round]}},
					&Result{Round: round, Scenario: "s", Server: before, Metrics: map[string]float64{tt.metric: tt.then[round]}},
					&Result{Round: round, Scenario: "another", Server: before, Metrics: map[string]float64{tt.metric: 1}})
			}
			if got := f.judge("s", tt.metric); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestChoose(t *testing.T) {
	tests := []struct {
		name, list, before string
		quick              bool
		want               []string // nil for an error
	}{
		{"all", "", "", false, []string{ours, node, floor, plain}},
		{"quick", "", "", true, []string{ours, node, floor}},
		{"all and an earlier build", "", "old", false, []string{ours, before, node, floor, plain}},
		{"quick, and an earlier build", "", "old", true, []string{ours, before, node, floor}},
		{"an earlier build alone", "ours", "old", false, []string{ours, before}},
		{"in the order of the list", "node,before,ours", "old", false, []string{node, before, ours}},
		{"an earlier build without ours", "node", "old", false, nil},
		{"an earlier build that nothing names", "ours,before", "", false, nil},
		{"no such server", "ours,theirs", "", false, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := choose(tt.list, options{before: tt.before, quick: tt.quick})
			if (err != nil) != (tt.want == nil) || !slices.Equal(got, tt.want) {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}
