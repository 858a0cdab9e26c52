//go:build linux

package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// table aligns its columns; headings run across them.
type table struct{ rows [][]string }

func (t *table) heading(text string) { t.rows = append(t.rows, []string{text}) }
func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) print(w io.Writer) {
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			if len(row) > 1 {
				widths[i] = max(widths[i], utf8.RuneCountInString(cell))
			}
		}
	}
	for _, row := range t.rows {
		if len(row) == 1 {
			fmt.Fprintln(w, row[0])
			continue
		}
		line := "  " + row[0]
		for i, cell := range row[1:] {
			line += strings.Repeat(" ", widths[i]-utf8.RuneCountInString(row[i])+2) + cell
		}
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
}

// spread is a median with the least and the most.
func spread(values []float64) string {
	switch len(values) {
	case 0:
		return "–"
	case 1:
		return number(values[0])
	}
	return fmt.Sprintf("%s [%s–%s]", number(median(values)), number(slices.Min(values)), number(slices.Max(values)))
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// number prints three digits or, of large numbers, all before the point.
func number(v float64) string {
	switch a := max(v, -v); {
	case a >= 1000:
		return thousands(int(v + 0.5))
	case a >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case a >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

func thousands(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
