package codec

import (
	"math"
	"testing"
)

// The expectations are what Number(text) is in Node.
func TestParseNumberReadsAsJavaScriptDoes(t *testing.T) {
	nan := math.NaN()
	tests := map[string]float64{
		"": 0, "  ": 0, "1": 1, " 1\t\n": 1, "\ufeff2\u00a0": 2, "\u2028\u30003": 3, "01": 1, "-1": -1, "+1": 1, "1.0": 1, "1.": 1, ".5": .5, ".": nan,
		"1e1": 10, "1E+1": 10, "1e-1": .1, "1e": nan, "1e+": nan, ".e1": nan, "0x1": 1, "0XfF": 255, "0x": nan, "0xg": nan, "-0x1": nan, "0x-1": nan, "0x1p1": nan,
		"0b10": 2, "0b2": nan, "0o17": 15, "0o8": nan, "1_0": nan, "0x1_0": nan, "Infinity": math.Inf(1), "-Infinity": math.Inf(-1), "+Infinity": math.Inf(1),
		"infinity": nan, "inf": nan, "nan": nan, "NaN": nan, "1 2": nan, "1n": nan, "--1": nan, "+-1": nan, "1e999": math.Inf(1), "\u18001": nan, "\u00851": nan,
		"0x10000000000000000": math.MaxUint64,
	}
	for text, want := range tests {
		if got := parseNumber([]byte(text)); got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
}

// The expectations are what String(number) is in Node.
func TestAppendFloatWritesAsJavaScriptDoes(t *testing.T) {
	tests := map[float64]string{
		0: "0", math.Copysign(0, -1): "0", 1: "1", -1.5: "-1.5", 100: "100", 123456789012345680000: "123456789012345680000",
		1e20: "100000000000000000000", 1e21: "1e+21", -1.25e21: "-1.25e+21", 1e100: "1e+100", 1e-6: "0.000001", 1e-7: "1e-7", -1.5e-7: "-1.5e-7",
		1.5e-10: "1.5e-10", 5e-324: "5e-324", math.MaxFloat64: "1.7976931348623157e+308", .1: "0.1", 2e-7: "2e-7",
		math.Inf(1): "Infinity", math.Inf(-1): "-Infinity",
	}
	for f, want := range tests {
		if got := string(appendFloat([]byte("1e"), f, 64)); got != "1e"+want {
			t.Errorf("%g is written %q after \"1e\", want %q", f, got, want)
		}
	}
	if got := string(appendFloat(nil, math.NaN(), 64)); got != "NaN" {
		t.Errorf("NaN is written %q", got)
	}
	if got := string(appendFloat(nil, float64(float32(.1)), 32)); got != "0.1" {
		t.Errorf("a float32 of 0.1 is written %q", got)
	}
}
