package packet

import "testing"

func TestMendedUTF8(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"good text", "é 日本 🎥 \uFFFD", "é 日本 🎥 \uFFFD"},
		{"two bytes that begin nothing", "a\xff\xfeb", "a\uFFFD\uFFFDb"},
		{"continuations of nothing", "\x80\xbf", "\uFFFD\uFFFD"},
		{"half a character", "\xe6\x97", "\uFFFD"},
		{"half a character, then text", "\xe6\x97\"", "\uFFFD\""},
		{"three quarters of one, then a whole one", "\xf0\x9f\x8e\xc3\xa9", "\uFFFDé"},
		{"a beginning behind a beginning", "\xe6\xe6\x97", "\uFFFD\uFFFD"},
		{"what begins nothing, then a beginning", "\xff\xc3", "\uFFFD\uFFFD"},
		{"a surrogate", "\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD"},
		{"an overlong slash", "\xc0\xaf", "\uFFFD\uFFFD"},
		{"beyond the last character", "\xf4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := string(MendUTF8([]byte(row.text))); got != row.want {
				t.Errorf("%q becomes %q, want %q", row.text, got, row.want)
			}
		})
	}
}
