package packet

import "testing"

// descriptionSize is the length of a usual session description.
const descriptionSize = 1500

// BenchmarkNewText frames a message, once for all its receivers.
func BenchmarkNewText(b *testing.B) {
	buf := make([]byte, Headroom+descriptionSize)
	b.ReportAllocs()
	for b.Loop() {
		NewText(buf)
	}
}
