package accept

import (
	"net/http"
	"testing"
)

// Both results are those of the npm package accepts, which Node's socket.io uses,
// except for NaN and Q, which it parses wrongly.
func TestEncoding(t *testing.T) {
	tests := []struct {
		accept string
		bundle string // of br, gzip and deflate
		file   string // of gzip and identity
	}{
		{"", "", Identity},
		{" , ,", "", Identity},
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
		{"gzip;q=0", "", Identity},
		{"gzip;q=0, *", "br", Identity},
		{"gzip;q=0.5, identity", "gzip", Identity},
		{"identity, gzip", "gzip", Identity},
		{"identity;q=0.5, gzip;q=0.2", "gzip", Identity},
		{"identity;q=0", "", ""},
		{"gzip;q=0.5", "gzip", "gzip"},
		{"gzip;q=0.001;x=1", "gzip", "gzip"},
		{"gzip;x=1;Q=0", "", Identity},
		{"gzip;q=x", "", Identity},
		{"gzip;q=NaN", "", Identity},
		{"gzip;q=-1", "", Identity},
		{"zstd", "", Identity},
	}
	for _, tt := range tests {
		h := http.Header{"Accept-Encoding": {tt.accept}}
		if got := Encoding(h, "br", "gzip", "deflate"); got != tt.bundle {
			t.Errorf("%q: %q of br, gzip and deflate, want %q", tt.accept, got, tt.bundle)
		}
		if got := Encoding(h, "gzip", Identity); got != tt.file {
			t.Errorf("%q: %q of gzip and identity, want %q", tt.accept, got, tt.file)
		}
	}
}

func TestEncodingReadsAllLines(t *testing.T) {
	h := http.Header{"Accept-Encoding": {"deflate;q=0.5", "br"}}
	if got := Encoding(h, "br", "gzip", "deflate"); got != "br" {
		t.Errorf("got %q, want br", got)
	}
}
