// Command table writes the configuration table into README.md, in place. Run it
// from the top of the repository, as "make readme" does.
package main

import (
	"fmt"
	"os"

	"signaling/internal/config"
)

func main() {
	if err := rewrite("README.md"); err != nil {
		fmt.Fprintln(os.Stderr, "table:", err)
		os.Exit(1)
	}
}

func rewrite(name string) error {
	old, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	text, err := config.ReplaceTable(string(old))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return os.WriteFile(name, []byte(text), 0o644)
}
