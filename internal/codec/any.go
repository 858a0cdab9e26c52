package codec

// Any decodes the value as the module's listeners expect it: map[string]any,
// []any, float64, string, bool, nil, and a buffer of the module's in the place
// of binary data. The buffer shares its bytes with all receivers of the packet:
// they must not be changed in place. A value that is not valid JSON is nil.
//
// The result may take 40 times the space of the JSON, for many small objects.
// Relaying does not need it.
func (v Value) Any() any {
	if v.packed() {
		return v.packedAny()
	}
	if _, err := scanValue(v.JSON, 0, 0); err != nil {
		return nil
	}
	r := reader{data: v.JSON, attachments: v.attachments}
	r.skipSpace()
	return r.value()
}

// reader decodes JSON that scanValue has accepted. It recurses at most MaxDepth
// levels deep.
type reader struct {
	data        []byte
	i           int
	attachments *[][]byte
}

func (r *reader) value() any {
	start := r.i
	switch c := r.data[start]; c {
	case '[':
		return r.array()
	case '{':
		return r.object()
	case '"':
		return r.text()
	case 't', 'n':
		r.i += len("true")
		if c == 'n' {
			return nil
		}
		return true
	case 'f':
		r.i += len("false")
		return false
	}
	r.i = scanNumber(r.data, start)
	return parseFloat(r.data[start:r.i])
}

func (r *reader) array() any {
	elements := []any{}
	for r.more(']') {
		elements = append(elements, r.value())
	}
	return elements
}

func (r *reader) object() any {
	object := make(map[string]any)
	for r.more('}') {
		name := r.text()
		r.skipSpace()
		r.i++ // the colon
		r.skipSpace()
		object[name] = r.value()
	}
	if r.attachments == nil || object[placeholderKey] != true {
		return object
	}
	// The Decoder has refused numbers out of range: this is for JSON made by hand.
	if n, ok := object[numKey].(float64); ok && n >= 0 && n < float64(len(*r.attachments)) {
		return newBuffer((*r.attachments)[int(n)])
	}
	return object
}

// more moves from an opening bracket, or from the end of an entry, to the next
// entry. At the closing bracket it moves behind it and reports false.
func (r *reader) more(closing byte) bool {
	r.skipSpace()
	if r.data[r.i] != closing {
		r.i++ // the opening bracket or a comma
		r.skipSpace()
	}
	if r.data[r.i] == closing {
		r.i++
		return false
	}
	return true
}

func (r *reader) text() string {
	start := r.i
	r.i = scanString(r.data, start+1)
	return unquote(r.data[start:r.i])
}

func (r *reader) skipSpace() { r.i = skipSpace(r.data, r.i) }
