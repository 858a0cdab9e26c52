package config

import (
	"fmt"
	"regexp"
	"strings"
)

// Help returns the text of -h.
func Help() string {
	var b strings.Builder
	b.WriteString("Usage: signaling [flags]\n\n" +
		"A WebRTC signaling server that replaces a Node socket.io server.\n" +
		"Each flag has an environment variable, which it overrides.\n\n")
	for _, o := range options {
		fmt.Fprintf(&b, "  -%s %s\n", o.name, o.arg)
		fmt.Fprintf(&b, "        %s\n", o.help)
		fmt.Fprintf(&b, "        default %s, environment %s\n", o.shownDefault(), o.env())
	}
	b.WriteString("  -version\n        print the version and exit\n" +
		"  -h\n        print this text and exit\n")
	return b.String()
}

// Table returns the settings as a Markdown table, ending in a line break.
func Table() string {
	var b strings.Builder
	b.WriteString("| Flag | Environment | Default | Meaning |\n|---|---|---|---|\n")
	for _, o := range options {
		value := o.shownDefault()
		if o.value != "" {
			value = "`" + value + "`"
		}
		fmt.Fprintf(&b, "| `-%s %s` | `%s` | %s | %s |\n", o.name, o.arg, o.env(), value, markdown(o.help))
	}
	b.WriteString("| `-version` | | | print the version and exit |\n" +
		"| `-h` | | | print the flags and exit |\n")
	return b.String()
}

// Markers in the README around the tables.
const (
	tableStart  = "<!-- config -->\n"
	tableEnd    = "<!-- /config -->"
	presetStart = "<!-- preset -->\n"
	presetEnd   = "<!-- /preset -->"
)

// PresetTable returns the defaults of -preset internet as a Markdown table.
func PresetTable() string {
	var b strings.Builder
	b.WriteString("| Flag | Default | `-preset internet` |\n|---|---|---|\n")
	for _, o := range options {
		if value, ok := internet[o.name]; ok {
			fmt.Fprintf(&b, "| `-%s` | `%s` | `%s` |\n", o.name, o.shownDefault(), value)
		}
	}
	return b.String()
}

// ReplaceTable returns readme with Table and PresetTable between their markers.
func ReplaceTable(readme string) (string, error) {
	readme, err := replace(readme, tableStart, tableEnd, Table())
	if err != nil {
		return "", err
	}
	return replace(readme, presetStart, presetEnd, PresetTable())
}

func replace(readme, start, end, table string) (string, error) {
	before, rest, ok := strings.Cut(readme, start)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return "", fmt.Errorf("the configuration table has no markers: add the lines %q and %q where it belongs",
			strings.TrimSpace(start), end)
	}
	return before + start + table + end + after, nil
}

func (o option) shownDefault() string {
	if o.value == "" {
		return "none"
	}
	return o.value
}

// literal matches a word of a help text that is to be typed as it is.
var literal = regexp.MustCompile(`[^\s,]*(\*|://)[^\s,]*`)

// markdown marks literals as code: Markdown would take them for links and emphasis.
func markdown(help string) string {
	return literal.ReplaceAllString(help, "`$0`")
}
