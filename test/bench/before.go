//go:build linux

package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// judgement says how a figure of ours compares with the earlier build's.
type judgement string

const (
	worse  judgement = "WORSE"
	better judgement = "better"
	same   judgement = "same"    // no difference beyond the spread
	none   judgement = "unknown" // fewer than two rounds have both figures
)

// negligible is the least difference, as a part of the figure, that counts:
// less is a page of memory or the length of a name in the binary.
const negligible = 0.01

// judge compares a metric of ours with the earlier build's. Ours is worse, or
// better, if the median of the rounds' ratios differs from 1 by more than the
// ratios differ from each other, and by more than the two builds' own figures
// vary, taken together.
func (f figures) judge(scenario, metric string) judgement {
	now, then := f.pairs(scenario, metric)
	if len(now) < 2 {
		return none
	}
	var ratios []float64
	for i := range now {
		if then[i] != 0 {
			ratios = append(ratios, now[i]/then[i])
		}
	}
	if len(ratios) < len(now) {
		return judgeZeros(now, then)
	}
	difference := median(ratios) - 1
	noise := max(width(ratios), width(now)/median(now)+width(then)/median(then), negligible)
	if metric == throughput {
		difference = -difference // more is better
	}
	switch {
	case difference > noise:
		return worse
	case difference < -noise:
		return better
	}
	return same
}

// judgeZeros compares counts that should be 0, which have no ratio: of failed
// attempts and of descriptors left over.
func judgeZeros(now, then []float64) judgement {
	switch {
	case slices.Min(now) > slices.Max(then):
		return worse
	case slices.Max(now) < slices.Min(then):
		return better
	}
	return same
}

// pairs are the metric's values of both builds, in the rounds that have both.
func (f figures) pairs(scenario, metric string) (now, then []float64) {
	for _, r := range f {
		if r.Scenario != scenario || r.Server != ours {
			continue
		}
		v, ok := r.Metrics[metric]
		earlier, also := f.value(r.Round, place{scenario, before}, metric)
		if ok && also {
			now, then = append(now, v), append(then, earlier)
		}
	}
	return now, then
}

func width(values []float64) float64 { return slices.Max(values) - slices.Min(values) }

// printJudgement lists in a few lines what the table's verdicts come to.
func printJudgement(w io.Writer, chosen []scenario, f figures) {
	rows := map[judgement][]string{}
	medians := map[string][]float64{} // by metric: of each scenario's ratios
	for _, s := range chosen {
		for _, metric := range f.metrics(s.name) {
			if now, _ := f.pairs(s.name, metric); len(now) == 0 {
				continue
			}
			j := f.judge(s.name, metric)
			ratios := f.ratios(metric, place{s.name, ours}, place{s.name, before})
			rows[j] = append(rows[j], fmt.Sprintf("%s, %s: %s", s.name, metric, spread(ratios)))
			if len(ratios) > 0 {
				medians[metric] = append(medians[metric], median(ratios))
			}
		}
	}
	fmt.Fprintf(w, "\nours against before: %d figures worse by more than their spread, %d better, %d the same, %d unknown\n",
		len(rows[worse]), len(rows[better]), len(rows[same]), len(rows[none]))
	for _, j := range []judgement{worse, better} {
		if len(rows[j]) > 0 {
			fmt.Fprintf(w, "%s:\n  %s\n", strings.ToLower(string(j)), strings.Join(rows[j], "\n  "))
		}
	}
	// A difference too small to show in one scenario shows in the mean of many.
	for _, metric := range []string{cpuDelivery, throughput, cpuConnect, cpuReconnect} {
		if m := medians[metric]; len(m) > 0 {
			fmt.Fprintf(w, "ours/before, mean of %d scenarios, %s: %.3f\n", len(m), metric, geometricMean(m))
		}
	}
}

func geometricMean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += math.Log(v)
	}
	return math.Exp(sum / float64(len(values)))
}
