package codec

import "math"

// In the text of a binary packet {"_placeholder":true,"num":n} stands in the place
// of attachment n: the binary messages after the text, counted from 0.
const (
	placeholderKey = "_placeholder"
	numKey         = "num"
)

// placeholder is such an object, at data[start:end].
type placeholder struct {
	start, end int
	num        float64 // NaN if it is no number
	replaced   bool    // it stands in a member that a later one of the same name replaces
}

// findPlaceholders returns the placeholders in data in order of appearance, none
// if data is not valid JSON. It does not look for more within a placeholder.
func findPlaceholders(data []byte) []placeholder {
	if _, err := scanValue(data, 0, 0); err != nil {
		return nil
	}
	f := finder{data: data}
	f.value(skipSpace(data, 0))
	return f.found
}

// finder walks through JSON that scanValue has accepted. It recurses at most
// MaxDepth levels deep.
type finder struct {
	data  []byte
	found []placeholder
}

// span is a range of finder.found.
type span struct{ from, to int }

// value walks through the value at i and returns the index after it.
func (f *finder) value(i int) int {
	switch f.data[i] {
	case '[':
		return f.array(i)
	case '{':
		return f.object(i)
	}
	end, _ := scanValue(f.data, i, 0)
	return end
}

func (f *finder) array(i int) int {
	i = skipSpace(f.data, i+1)
	if f.data[i] == ']' {
		return i + 1
	}
	for {
		i = skipSpace(f.data, f.value(i))
		if f.data[i] == ']' {
			return i + 1
		}
		i = skipSpace(f.data, i+1)
	}
}

func (f *finder) object(start int) int {
	i := skipSpace(f.data, start+1)
	if f.data[i] == '}' {
		return i + 1
	}
	var (
		before  = len(f.found)
		marked  bool
		num     []byte
		holders map[string]span // by name, the members in which something was found
	)
	for {
		key, value := f.key(i)
		if len(holders) > 0 {
			f.replace(holders, unquote(key))
		}
		n := len(f.found)
		i = f.value(value)
		switch {
		case quotes(key, placeholderKey):
			marked = string(f.data[value:i]) == "true"
		case quotes(key, numKey):
			num = f.data[value:i]
		}
		i = skipSpace(f.data, i)
		if f.data[i] == '}' {
			i++
			break
		}
		if len(f.found) > n { // a later member of the same name may replace this one
			if holders == nil {
				holders = make(map[string]span)
			}
			holders[unquote(key)] = span{n, len(f.found)}
		}
		i = skipSpace(f.data, i+1)
	}
	if marked {
		f.found = append(f.found[:before], placeholder{start: start, end: i, num: parseIndex(num)})
	}
	return i
}

// replace marks the placeholders in an earlier member of the name as replaced.
func (f *finder) replace(holders map[string]span, name string) {
	earlier := holders[name]
	for i := earlier.from; i < earlier.to; i++ {
		f.found[i].replaced = true
	}
	delete(holders, name)
}

// key returns the key at i with its quotes, and the index of its value.
func (f *finder) key(i int) (quoted []byte, value int) {
	end := scanString(f.data, i+1)
	colon := skipSpace(f.data, end)
	return f.data[i:end], skipSpace(f.data, colon+1)
}

// parseIndex returns a placeholder's num, a JSON value, as a number. It is NaN for
// any other value and for none.
func parseIndex(num []byte) float64 {
	if len(num) == 0 || num[0] != '-' && (num[0] < '0' || num[0] > '9') {
		return math.NaN()
	}
	return parseFloat(num)
}

// checkPlaceholders checks the placeholders in a packet's data against the number
// of its attachments. It overwrites those that stand for no attachment with null,
// so that all that remain are in range: data must be the Decoder's own copy.
func checkPlaceholders(data []byte, attachments int) error {
	for _, p := range findPlaceholders(data) {
		inRange := p.num >= 0 && p.num < float64(attachments)
		switch {
		// The reference does not see a replaced member, as JSON.parse drops it. A
		// receiver with another parser must not find a number out of range there.
		case p.replaced,
			// The reference accepts a fraction in range, and gets undefined for it.
			inRange && p.num != math.Trunc(p.num):
			blank := data[p.start:p.end]
			for i := copy(blank, "null"); i < len(blank); i++ {
				blank[i] = ' '
			}
		case !inRange:
			return ErrIllegalAttachments
		}
	}
	return nil
}
