package handlers

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

const document = "../docs/protocol.md"

var (
	wireExample = regexp.MustCompile("(?s)```wire\n(.*?)```")
	wireHeading = regexp.MustCompile(`(?m)^##+ (.*)$`)
)

func TestExamplesOfTheDocumentArePlayed(t *testing.T) {
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	played := map[string]bool{}
	for _, at := range wireExample.FindAllSubmatchIndex(text, -1) {
		headings := wireHeading.FindAllSubmatch(text[:at[0]], -1)
		heading := string(headings[len(headings)-1][1])
		played[heading] = true
		t.Run(heading, func(t *testing.T) { newStage(t, DefaultLimits).play(string(text[at[2]:at[3]])) })
	}
	for _, heading := range []string{"offer, answer, onicecandidate", "message", "join", "leave", "peer-joined, peer-left", "signal", "Rooms from the URL", "Errors"} {
		if !played[heading] {
			t.Errorf("there is no example of %s", heading)
		}
	}
	for _, code := range []string{"bad_request", "name_too_long", "too_many_rooms", "room_full", "not_in_room", "unknown_peer"} {
		if !strings.Contains(string(text), "| `"+code+"` | ") {
			t.Errorf("the code %s is not in the table", code)
		}
	}
}
