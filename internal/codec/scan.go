package codec

// The scanner checks JSON in one pass, without recursion and without
// allocating. Its functions take an index into data and return the index after
// what they have read; those without an error return -1 for what is not JSON.
// The grammar is that of JSON.parse (ECMA-404).

// scanValue reads one JSON value, white space before it included, and returns
// the index after it. depth is the number of arrays and objects that the value
// already stands in.
func scanValue(data []byte, i, depth int) (int, error) {
	base := depth
	var objects [MaxDepth / 64]uint64 // bit d: the container at depth d is an object
	for {
		i = skipSpace(data, i)
		if i >= len(data) {
			return i, ErrInvalidPayload
		}
		switch c := data[i]; c {
		case '"':
			i = scanString(data, i+1)
		case '{', '[':
			if depth == MaxDepth {
				return i, ErrTooDeep
			}
			i = skipSpace(data, i+1)
			if i < len(data) && data[i] == c+2 { // ] and } stand two after [ and {
				i++
				break
			}
			word, bit := depth/64%len(objects), uint64(1)<<(depth%64)
			depth++
			if c == '[' {
				objects[word] &^= bit
				continue
			}
			objects[word] |= bit
			if i = scanKey(data, i); i < 0 {
				return i, ErrInvalidPayload
			}
			continue
		default:
			i = scanScalar(data, i)
		}
		if i < 0 {
			return i, ErrInvalidPayload
		}

		// A value has ended, and so may have what it stands in.
	ended:
		for {
			if depth == base {
				return i, nil
			}
			i = skipSpace(data, i)
			if i >= len(data) {
				return i, ErrInvalidPayload
			}
			inObject := objects[(depth-1)/64%len(objects)]&(1<<((depth-1)%64)) != 0
			switch c := data[i]; {
			case c == ',':
				i++
				if inObject {
					if i = scanKey(data, skipSpace(data, i)); i < 0 {
						return i, ErrInvalidPayload
					}
				}
				break ended
			case c == '}' && inObject, c == ']' && !inObject:
				depth--
				i++
			default:
				return i, ErrInvalidPayload
			}
		}
	}
}

// scanKey reads a member's key, which begins at i, and the colon after it.
func scanKey(data []byte, i int) int {
	if i >= len(data) || data[i] != '"' {
		return -1
	}
	i = scanString(data, i+1)
	if i < 0 {
		return -1
	}
	i = skipSpace(data, i)
	if i >= len(data) || data[i] != ':' {
		return -1
	}
	return i + 1
}

// scanScalar reads a value that is no string, array or object.
func scanScalar(data []byte, i int) int {
	switch data[i] {
	case 't':
		return scanLiteral(data, i, "true")
	case 'f':
		return scanLiteral(data, i, "false")
	case 'n':
		return scanLiteral(data, i, "null")
	}
	return scanNumber(data, i)
}

func scanLiteral(data []byte, i int, literal string) int {
	end := i + len(literal)
	if end > len(data) || string(data[i:end]) != literal {
		return -1
	}
	return end
}

func scanNumber(data []byte, i int) int {
	if data[i] == '-' {
		i++
	}
	end := skipDigits(data, i)
	if end == i || data[i] == '0' && end > i+1 {
		return -1 // no digit, or a leading zero
	}
	i = end
	if i < len(data) && data[i] == '.' {
		if end = skipDigits(data, i+1); end == i+1 {
			return -1
		}
		i = end
	}
	if i < len(data) && data[i]|0x20 == 'e' {
		i++
		if i < len(data) && (data[i] == '+' || data[i] == '-') {
			i++
		}
		if end = skipDigits(data, i); end == i {
			return -1
		}
		i = end
	}
	return i
}

func skipDigits(data []byte, i int) int {
	for i < len(data) && data[i]-'0' <= 9 {
		i++
	}
	return i
}

// skipSpace skips JSON's four white space characters.
func skipSpace(data []byte, i int) int {
	for i < len(data) && data[i] <= ' ' && (data[i] == ' ' || data[i] == '\n' || data[i] == '\r' || data[i] == '\t') {
		i++
	}
	return i
}
