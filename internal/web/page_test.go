package web

import (
	"crypto/sha256"
	"fmt"
	"testing"
)

// The page is that of the Node server this one stands in for: not a byte of it
// may change, neither in the repository nor on its way to the browser.
func TestPageIsServedByteForByte(t *testing.T) {
	addr := serveDir(t, "../../public")
	for target, want := range map[string]string{
		"/":            "1915e94c765771026b7d041e9f961741884762fbbeb37f8aaeda2ae53b17246b",
		"/index.html":  "1915e94c765771026b7d041e9f961741884762fbbeb37f8aaeda2ae53b17246b",
		"/js/index.js": "e3bc40749fbe5423d9a931af32ea4c85f269e8773078e3165b5fa480a2249205",
	} {
		for accept, encoding := range map[string]string{"identity": "", "gzip": "gzip"} {
			got := ask(t, addr, "GET", target, "Accept-Encoding: "+accept)
			sum := fmt.Sprintf("%x", sha256.Sum256([]byte(got.decoded(t))))
			if got.status != 200 || sum != want {
				t.Errorf("%s as %s: status %d, sha256 %s", target, accept, got.status, sum)
			}
			got.wantHeader(t, "Content-Encoding", encoding)
		}
	}
}
