package web

import (
	"net/http"
	"testing"
)

// Both results are what accepts, the package that Node's
// socket.io asks, decides for the same header; NaN and Q apart, which it misreads.
func TestPreferred(t *testing.T) {
	tests := []struct {
		accept string
		bundle string // of br, gzip and deflate
		file   string // of gzip and identity
	}{
		{"", "", identity},
		{" , ,", "", identity},
		{"gzip", "gzip", "gzip"},
		{"GZip", "gzip", "gzip"},
		{"gzip, deflate, br", "gzip", "gzip"},
		{"deflate, *", "deflate", "gzip"},
		{"br;q=0.1, gzip;q=.5", "gzip", "gzip"},
		{"gzip ; q=0.5 , br", "br", "gzip"},
		{"gzip;q=0.2,br;q=0.5", "br", "gzip"},
		{"*", "br", "gzip"},
		{"*, gzip", "gzip", "gzip"},
		{"*;q=0", "", ""},
		{"gzip;q=0", "", identity},
		{"gzip;q=0, *", "br", identity},
		{"gzip;q=0.5, identity", "gzip", identity},
		{"identity, gzip", "gzip", identity},
		{"identity;q=0.5, gzip;q=0.2", "gzip", identity},
		{"identity;q=0", "", ""},
		{"gzip;q=0.5", "gzip", "gzip"},
		{"gzip;q=0.001;x=1", "gzip", "gzip"},
		{"gzip;x=1;Q=0", "", identity},
		{"gzip;q=x", "", identity},
		{"gzip;q=NaN", "", identity},
		{"gzip;q=-1", "", identity},
		{"zstd", "", identity},
	}
	for _, tt := range tests {
		h := http.Header{"Accept-Encoding": {tt.accept}}
		if got := preferred(h, "br", "gzip", "deflate"); got != tt.bundle {
			t.Errorf("%q: %q of br, gzip and deflate, want %q", tt.accept, got, tt.bundle)
		}
		if got := preferred(h, "gzip", identity); got != tt.file {
			t.Errorf("%q: %q of gzip and identity, want %q", tt.accept, got, tt.file)
		}
	}
}

func TestPreferredReadsAllLines(t *testing.T) {
	h := http.Header{"Accept-Encoding": {"deflate;q=0.5", "br"}}
	if got := preferred(h, "br", "gzip", "deflate"); got != "br" {
		t.Errorf("got %q, want br", got)
	}
}
