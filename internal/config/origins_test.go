package config

import "testing"

func TestOriginsAllow(t *testing.T) {
	tests := []struct {
		name   string
		list   string
		origin string
		want   bool
	}{
		{"star takes any origin", "*", "http://anything:1", true},
		{"star takes the opaque origin", "*", "null", true},
		{"star among others still takes any", "https://a.org,*", "https://b.org", true},
		{"exact origin", "https://a.org", "https://a.org", true},
		{"second of a list with blanks", "https://a.org, http://b.org:81", "http://b.org:81", true},
		{"case does not matter", "https://A.org", "HTTPS://a.ORG", true},
		{"default port of https may be written", "https://a.org:443", "https://a.org", true},
		{"default port of http may be written", "http://a.org:80", "http://a.org", true},
		{"default port of the other scheme is another port", "https://a.org:80", "https://a.org", false},
		{"other scheme", "https://a.org", "http://a.org", false},
		{"other port", "https://a.org", "https://a.org:444", false},
		{"longer name", "https://a.org", "https://a.org.evil.org", false},
		{"IPv6 address", "http://[::1]:8181", "http://[::1]:8181", true},
		{"app scheme", "capacitor://localhost", "capacitor://localhost", true},
		{"opaque origin is not listed", "https://a.org", "null", false},
		{"no origin", "https://a.org", "", false},
		{"subdomain", "https://*.a.org", "https://x.a.org", true},
		{"deeper subdomain", "https://*.a.org", "https://y.x.a.org", true},
		{"subdomain with port", "https://*.a.org:8443", "https://x.a.org:8443", true},
		{"wildcard does not take the domain itself", "https://*.a.org", "https://a.org", false},
		{"wildcard does not take an empty label", "https://*.a.org", "https://.a.org", false},
		{"wildcard does not take a name that only ends alike", "https://*.a.org", "https://xa.org", false},
		{"wildcard does not take another scheme", "https://*.a.org", "http://x.a.org", false},
		{"wildcard does not take another port", "https://*.a.org", "https://x.a.org:444", false},
		{"star stands for no path", "https://*.a.org", "https://evil.org/.a.org", false},
		{"star stands for no user", "https://*.a.org", "https://evil.org@x.a.org", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var origins Origins
			if err := parseOrigins(&origins, tt.list); err != nil {
				t.Fatal(err)
			}
			if got := origins.Allow(tt.origin); got != tt.want {
				t.Errorf("%q allows %q: %t, want %t", tt.list, tt.origin, got, tt.want)
			}
		})
	}
}

func TestOriginsRefusesWhatNoBrowserSends(t *testing.T) {
	for _, list := range []string{
		"", "a.org", "https://", "https://a.org/", "https://a.org/x", "https://a.org?x", "https://a.org#x",
		"https://u@a.org", "https://a.org:", "https://*", "https://a.*.org", "https://*a.org", "https://*.",
		"https://a.org,", "https://a b", "//a.org", "https://münchen.de", "https://*.[::1]",
	} {
		var origins Origins
		if err := parseOrigins(&origins, list); err == nil {
			t.Errorf("%q was taken as %+v", list, origins)
		}
	}
}

func TestZeroOriginsAllowNone(t *testing.T) {
	if (Origins{}).Allow("https://a.org") || (Origins{}).Any() {
		t.Error("the zero value allows an origin")
	}
}
