//go:build linux

package load

import "testing"

func TestLedger(t *testing.T) {
	type counts struct{ lost, reordered, duplicated int }
	tests := []struct {
		name    string
		sent    int
		arrived []uint32
		want    counts
	}{
		{"everything once and in order", 3, []uint32{0, 1, 2}, counts{}},
		{"nothing arrives", 3, nil, counts{lost: 3}},
		{"one is missing in the middle", 3, []uint32{0, 2}, counts{lost: 1}},
		{"the last is missing", 3, []uint32{0, 1}, counts{lost: 1}},
		{"two change places", 3, []uint32{0, 2, 1}, counts{reordered: 1}},
		{"one comes late, after two others", 4, []uint32{1, 2, 0, 3}, counts{reordered: 1}},
		{"one comes twice", 2, []uint32{0, 0, 1}, counts{duplicated: 1}},
		{"a late one comes twice", 2, []uint32{1, 0, 0}, counts{reordered: 1, duplicated: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := NewLedger(4)
			l.Sent = tt.sent
			for _, n := range tt.arrived {
				l.Arrived(2, n)
			}
			if got := (counts{l.Lost(), l.Reordered, l.Duplicated}); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestQuantile(t *testing.T) {
	if got := (Latencies{}).Quantile(0.5); got != 0 {
		t.Errorf("median of nothing is %v, want 0", got)
	}
	l := Latencies{5, 1, 4, 2, 3}
	if got := l.Quantile(0.5); got != 3 {
		t.Errorf("median is %d, want 3", got)
	}
	if got := l.Quantile(1); got != 5 {
		t.Errorf("maximum is %d, want 5", got)
	}
}
