package packet

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

func TestScriptCallsBackWithThePayload(t *testing.T) {
	for _, row := range []struct{ name, payload, want string }{
		{"plain text", `4["a"]`, `___eio[7]("4[\"a\"]");`},
		{"nothing", ``, `___eio[7]("");`},
		{"a backslash", `\`, `___eio[7]("\\");`},
		{"the controls that have names", "\n\r\t\b\f", `___eio[7]("\n\r\t\b\f");`},
		{"the controls that have none", "\x00\x1e\x1f", `___eio[7]("\u0000\u001e\u001f");`},
		{"the line separators of JavaScript", "a\u2028b\u2029c", `___eio[7]("a\u2028b\u2029c");`},
		{"other characters as they are", "é€😀\x7f</script>", "___eio[7](\"é€😀\x7f</script>\");"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := string(AppendScript(nil, "7", []byte(row.payload)))
			if got != row.want {
				t.Errorf("script %q, want %q", got, row.want)
			}
			var back string
			literal := strings.TrimSuffix(strings.TrimPrefix(got, "___eio[7]("), ");")
			if err := json.Unmarshal([]byte(literal), &back); err != nil || back != row.payload {
				t.Errorf("the string reads as %q (%v), want %q", back, err, row.payload)
			}
		})
	}
}

func TestCallbackIndexIsDigitsAlone(t *testing.T) {
	for _, row := range []struct{ j, want string }{
		{"0", "0"}, {"12", "12"}, {"1;alert(2)//", "12"}, {"x", ""}, {"-1", "1"}, {"٣", ""},
	} {
		if got := CallbackIndex(row.j); got != row.want {
			t.Errorf("index of %q is %q, want %q", row.j, got, row.want)
		}
	}
}

func TestFormPayload(t *testing.T) {
	for _, row := range []struct {
		name string
		body string
		want string
		ok   bool
	}{
		{"one field", "d=2%3A4a", "2:4a", true},
		{"a plus is a space", "d=4a+b%2Bc", "4a b+c", true},
		{"a real newline", "d=4a%0Ab", "4a\nb", true},
		{"backslash-n is a newline", `d=4a\nb`, "4a\nb", true},
		{"double backslash-n is backslash-n", `d=4a\\nb`, `4a\nb`, true},
		{"three backslashes before n", `d=4a\\\nb`, `4a\\nb`, true},
		{"a backslash before something else", `d=4a\tb\\t`, `4a\tb\\t`, true},
		{"backslashes at the end", `d=4a\\`, `4a\\`, true},
		{"newlines in a row", `d=\n\n\\n\n`, "\n\n\\n\n", true},
		{"other fields beside it", "a=1&d=4a&b=2", "4a", true},
		{"an empty field", "d=", "", true},
		{"a field without an equals sign", "d", "", true},
		{"a name that is escaped", "%64=4a", "4a", true},
		{"escapes that are none stay", "d=4%zz%4", "4%zz%4", true},
		{"bytes that are not UTF-8", "d=%FF", "\xFF", true},
		{"no field d", "e=4a", "", false},
		{"an empty body", "", "", false},
		{"two fields d, which are an array", "d=4a&d=4b", "", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, ok := ParseForm([]byte(row.body))
			if string(got) != row.want || ok != row.ok {
				t.Errorf("payload %q, %v; want %q, %v", got, ok, row.want, row.ok)
			}
		})
	}
}

func TestUnescapeIsQueryUnescapeButLenient(t *testing.T) {
	for _, s := range []string{"", "a", "a+b", "%41", "%e2%82%ac", "a%20+%2B"} {
		if want, err := url.QueryUnescape(s); err != nil || Unescape(s) != want {
			t.Errorf("%q unescapes to %q, want %q (%v)", s, Unescape(s), want, err)
		}
	}
	for s, want := range map[string]string{"%": "%", "%4": "%4", "%zz%41": "%zzA", "%+": "% ", "%%41": "%A", "%4g": "%4g"} {
		if got := Unescape(s); got != want {
			t.Errorf("%q unescapes to %q, want %q", s, got, want)
		}
	}
}
