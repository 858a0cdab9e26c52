package config

import (
	"os"
	"strings"
	"testing"
)

func TestReadmeHoldsTheTable(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	want, err := ReplaceTable(string(readme))
	if err != nil {
		t.Fatalf("README.md: %v", err)
	}
	if string(readme) != want {
		t.Error(`README.md: the configuration table is out of date: run "make readme"`)
	}
}

func TestReplaceTable(t *testing.T) {
	const preset = "<!-- preset -->\n<!-- /preset -->\n"
	got, err := ReplaceTable("a\n<!-- config -->\nold\n<!-- /config -->\nb\n" + preset)
	if want := "a\n<!-- config -->\n" + Table() + "<!-- /config -->\nb\n<!-- preset -->\n" + PresetTable() + "<!-- /preset -->\n"; err != nil || got != want {
		t.Errorf("got %q, %v", got, err)
	}
	for _, readme := range []string{"", preset, "<!-- config -->\n<!-- /config -->", "<!-- config -->\n", "<!-- /config -->", "<!-- /config --><!-- config -->\n"} {
		if _, err := ReplaceTable(readme); err == nil || !strings.Contains(err.Error(), "markers") {
			t.Errorf("%q: error %v, want one about the markers", readme, err)
		}
	}
}

func TestHelpAndTableNameEveryOption(t *testing.T) {
	for _, o := range options {
		for what, text := range map[string]string{"-h": Help(), "the table": Table()} {
			for _, part := range []string{"-" + o.name + " " + o.arg, o.env(), o.shownDefault()} {
				if !strings.Contains(text, part) {
					t.Errorf("%s does not hold %q", what, part)
				}
			}
		}
	}
}
