package codec

// The scanner checks JSON in one pass, without recursion and without allocating.
// Its functions take an index into data and return the index after what they have
// read. Those without an error return -1 for what is not JSON. The grammar is
// that of JSON.parse (ECMA-404).

// scanValue reads one JSON value, with white space before it, and returns the
// index after it. The value stands in depth arrays and objects.
func scanValue(data []byte, i, depth int) (int, error) {
	n := nesting{outside: uint(depth), depth: uint(depth)}
	for {
		i = skipSpace(data, i)
		if i >= len(data) {
			return i, ErrInvalidPayload
		}
		switch c := data[i]; c {
		case '"':
			i = scanString(data, i+1)
		case '{', '[':
			if n.depth == MaxDepth {
				return i, ErrTooDeep
			}
			i = skipSpace(data, i+1)
			if i < len(data) && data[i] == c+2 { // ] and } are two after [ and {
				i++
				break
			}
			n.open(c == '{')
			if c == '{' {
				i = scanKey(data, i)
			}
			if i >= 0 {
				continue
			}
		default:
			i = scanScalar(data, i)
		}
		if i >= 0 {
			i = n.next(data, i)
		}
		if i < 0 {
			return i, ErrInvalidPayload
		}
		if n.depth == n.outside {
			return i, nil
		}
	}
}

// nesting is the arrays and objects that a value stands in.
type nesting struct {
	outside uint                  // how many were open before
	depth   uint                  // how many are open
	object  bool                  // the innermost one is an object
	objects [MaxDepth / 64]uint64 // bit d: the one that stands in d others is an object
}

func (n *nesting) open(object bool) {
	word, bit := n.depth/64%uint(len(n.objects)), uint64(1)<<(n.depth%64)
	n.depth++
	n.object = object
	n.objects[word] &^= bit
	if object {
		n.objects[word] |= bit
	}
}

func (n *nesting) close() {
	n.depth--
	d := n.depth - 1 // wraps around for the outermost, whose bit then means nothing
	n.object = n.objects[d/64%uint(len(n.objects))]&(1<<(d%64)) != 0
}

// next reads what follows a value: closing brackets, and unless all that were
// opened are closed, a comma and an object's next key.
func (n *nesting) next(data []byte, i int) int {
	for n.depth > n.outside {
		i = skipSpace(data, i)
		if i >= len(data) {
			return -1
		}
		switch c := data[i]; {
		case c == ',' && n.object:
			return scanKey(data, skipSpace(data, i+1))
		case c == ',':
			return i + 1
		case c == '}' && n.object, c == ']' && !n.object:
			n.close()
			i++
		default:
			return -1
		}
	}
	return i
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
	return scanExponent(data, i)
}

// scanExponent reads an exponent if there is one.
func scanExponent(data []byte, i int) int {
	if i >= len(data) || data[i]|0x20 != 'e' {
		return i
	}
	i++
	if i < len(data) && (data[i] == '+' || data[i] == '-') {
		i++
	}
	end := skipDigits(data, i)
	if end == i {
		return -1
	}
	return end
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
