//go:build linux

package main

import (
	"fmt"
	"slices"
	"strings"
)

// figures looks things up in the results.
type figures []*Result

// jsonOnly are the metrics that would crowd the table.
func jsonOnly(metric string) bool {
	return strings.HasPrefix(metric, "generator") || strings.HasPrefix(metric, "kernel")
}

// metrics lists a scenario's metrics in the alphabet's order.
func (f figures) metrics(scenario string) []string {
	var list []string
	for _, r := range f {
		if r.Scenario != scenario {
			continue
		}
		for metric := range r.Metrics {
			if !jsonOnly(metric) && !slices.Contains(list, metric) {
				list = append(list, metric)
			}
		}
	}
	slices.Sort(list)
	return list
}

// values are a metric's values, one for each round that gave one.
func (f figures) values(scenario, server, metric string) []float64 {
	var list []float64
	for _, r := range f {
		if v, ok := r.Metrics[metric]; ok && r.Scenario == scenario && r.Server == server {
			list = append(list, v)
		}
	}
	return list
}

// value is a metric's value in one round.
func (f figures) value(round int, at place, metric string) (float64, bool) {
	for _, r := range f {
		if r.Round == round && (place{r.Scenario, r.Server}) == at {
			v, ok := r.Metrics[metric]
			return v, ok
		}
	}
	return 0, false
}

// place is where a metric was measured.
type place struct{ scenario, server string }

// ratios divides the metric of one place by that of another, round by round.
func (f figures) ratios(metric string, of, by place) []float64 {
	var list []float64
	for _, r := range f {
		if (place{r.Scenario, r.Server}) != of {
			continue
		}
		v, ok := r.Metrics[metric]
		divisor, also := f.value(r.Round, by, metric)
		if ok && also && divisor != 0 {
			list = append(list, v/divisor)
		}
	}
	return list
}

// faults lists what went wrong in a scenario.
func (f figures) faults(scenario string) []string {
	var list []string
	for _, r := range f {
		if text := r.faults(); r.Scenario == scenario && text != "" {
			list = append(list, fmt.Sprintf("%s, round %d: %s", r.Server, r.Round+1, text))
		}
	}
	return list
}
