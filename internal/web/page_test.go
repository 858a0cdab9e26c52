package web

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"testing"
)

// The page is that of the Node server that this one replaces: it must not change by
// a byte, neither in the repository nor on its way to the browser.
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

var (
	importOf  = regexp.MustCompile(`(?m)^(?:import|export) (?:[^']* from )?'(\./[^']+|\.\./[^']+)';`)
	preloaded = regexp.MustCompile(`<link rel="modulepreload" href="([^"]+)">`)
)

// A module that is found only in another one costs a round trip: the page names
// all of them.
func TestRoomPreloadsItsModules(t *testing.T) {
	const room = "../../public/room"
	html, err := os.ReadFile(room + "/index.html")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, link := range preloaded.FindAllStringSubmatch(string(html), -1) {
		got = append(got, link[1])
	}
	slices.Sort(got)
	want := map[string]bool{}
	modulesOf(t, room, "js/main.js", want)
	delete(want, "js/main.js")
	if names := slices.Sorted(maps.Keys(want)); len(names) < 20 || !slices.Equal(got, names) {
		t.Errorf("index.html preloads %q, the modules are %q", got, names)
	}
}

// modulesOf adds a module and those that it imports, and so on, to found.
func modulesOf(t *testing.T, folder, name string, found map[string]bool) {
	t.Helper()
	if found[name] {
		return
	}
	found[name] = true
	source, err := os.ReadFile(folder + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	for _, imported := range importOf.FindAllStringSubmatch(string(source), -1) {
		modulesOf(t, folder, path.Join(path.Dir(name), imported[1]), found)
	}
}
