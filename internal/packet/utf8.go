package packet

import "unicode/utf8"

// MendUTF8 returns a copy of text with U+FFFD in place of each part that is not
// UTF-8. A part is the longest run of bytes that could begin a character, else
// one byte: what the decoder of the WHATWG Encoding standard does, and so Node.
func MendUTF8(text []byte) []byte {
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

// brokenPart returns the length of the part at the start of text that one U+FFFD
// replaces. text does not begin with a whole character.
func brokenPart(text []byte) int {
	size := 1
	// FullRune reports true for bytes that cannot begin a character, too.
	for size < len(text) && !utf8.FullRune(text[:size+1]) {
		size++
	}
	return size
}
