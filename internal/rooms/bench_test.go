package rooms

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"signaling/internal/adapter"
	"signaling/internal/codec"
	"signaling/internal/engine"
)

// BenchmarkRelay is what an event costs until it is queued for its receivers:
// 100 members, of whom half may be in rooms of four.
func BenchmarkRelay(b *testing.B) {
	offer := codec.Value{JSON: []byte(`"` + strings.Repeat("x", 1500) + `"`)}
	for _, keep := range []time.Duration{0, time.Minute} {
		for _, occupied := range []bool{false, true} {
			r, members := namespace(b, 100, keep)
			var batch engine.Batch
			if occupied {
				for i, m := range members[:50] {
					r.Join(&batch, m, Entry{Room: fmt.Sprint("x", i/4)}, plenty, Reply{})
				}
			}
			inside, outside, peer := members[1], members[99], members[2].ID
			toPeer, toOther := []adapter.Room{adapter.Room(peer)}, []adapter.Room{adapter.Room(members[98].ID)}
			for _, row := range []struct {
				name string
				do   func()
			}{
				{"to all", func() { r.Relay(&batch, outside, nil, "offer", offer) }},
				{"to one", func() { r.Relay(&batch, outside, toOther, "message", offer) }},
				{"in room", func() { r.Relay(&batch, inside, nil, "offer", offer) }},
				{"in room to one", func() { r.Relay(&batch, inside, toPeer, "message", offer) }},
				{"signal", func() { r.Signal(&batch, inside, peer, "signal", offer) }},
				{"join and leave", func() {
					r.Join(&batch, outside, Entry{Room: "x1"}, plenty, Reply{ID: 7, Wanted: true})
					r.Leave(&batch, outside, "x1", Reply{ID: 8, Wanted: true})
				}},
			} {
				b.Run(fmt.Sprintf("recovery=%v/rooms=%v/%s", keep > 0, occupied, row.name), func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						row.do()
					}
				})
			}
		}
	}
}
