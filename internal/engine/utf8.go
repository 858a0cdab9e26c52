package engine

import "unicode/utf8"

// mendUTF8 returns the text with U+FFFD in place of each part that is not
// UTF-8: one for as many bytes as could have begun a character, and one for
// every other byte, as the Encoding standard's decoder has it, and so Node's.
func mendUTF8(text []byte) []byte {
	mended := make([]byte, 0, len(text)+len("\uFFFD"))
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size == 1 {
			size = brokenPart(text)
		}
		mended = utf8.AppendRune(mended, r)
		text = text[size:]
	}
	return mended
}

// brokenPart returns the length of the part at the beginning of text that is
// to be replaced as a whole. text does not begin with a character.
func brokenPart(text []byte) int {
	size := 1
	// What cannot become a character is as "full" as a character itself.
	for size < len(text) && !utf8.FullRune(text[:size+1]) {
		size++
	}
	return size
}
