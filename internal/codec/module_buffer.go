package codec

import "github.com/zishang520/engine.io/v2/types"

// newBuffer returns data as the listeners of the module get binary data. What
// they append to it does not change data.
func newBuffer(data []byte) any { return types.NewBytesBuffer(data) }

// writeBuffer writes v if it is a buffer of the module's: one of text as a
// string, any other as binary data. It reports whether v is one.
func writeBuffer(w writer, v any) bool {
	switch v := v.(type) {
	case *types.StringBuffer:
		w.str(v.String())
	case types.BufferInterface:
		w.binary(v.Bytes())
	default:
		return false
	}
	return true
}
