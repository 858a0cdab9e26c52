package codec

import (
	"encoding/json"
	"strings"
	"testing"
)

// offerJSON is the size and shape of a browser's offer: audio, video and data, 1.5 KB.
var offerJSON = func() string {
	lines := []string{
		"v=0", "o=- 7614219274584779017 2 IN IP4 127.0.0.1", "s=-", "t=0 0",
		"a=group:BUNDLE 0 1", "a=extmap-allow-mixed", "a=msid-semantic: WMS stream",
		"m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126", "c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0",
		"a=ice-ufrag:Jc3e", "a=ice-pwd:tq5RpJ1WmXcVtkUVxYzGk2Qs", "a=ice-options:trickle",
		"a=fingerprint:sha-256 1B:EA:BF:33:B8:11:26:6D:91:AD:1B:A0:16:FD:5D:60:59:33:F7:46:A3:BA:99:2A:1D:04:99:A6:F2:C6:2D:43",
		"a=setup:actpass", "a=mid:0", "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
		"a=sendrecv", "a=msid:stream 4d0ae8a1-8b0c-4d6b-9f0e-0b2c5f3f6a11", "a=rtcp-mux", "a=rtcp-rsize",
		"a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 transport-cc", "a=fmtp:111 minptime=10;useinbandfec=1",
		"a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111", "a=rtpmap:9 G722/8000", "a=rtpmap:0 PCMU/8000",
		"m=video 9 UDP/TLS/RTP/SAVPF 96 97", "c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0", "a=setup:actpass",
		"a=mid:1", "a=extmap:14 urn:ietf:params:rtp-hdrext:toffset", "a=extmap:13 urn:3gpp:video-orientation",
		"a=sendrecv", "a=rtcp-mux", "a=rtcp-rsize", "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 goog-remb",
		"a=rtcp-fb:96 transport-cc", "a=rtcp-fb:96 ccm fir", "a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli",
		"a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96", "a=ssrc-group:FID 2231627014 632943048",
		"a=ssrc:2231627014 cname:4TOk42mSjXCkVIa6", "a=ssrc:632943048 cname:4TOk42mSjXCkVIa6", "",
	}
	return `{"type":"offer","sdp":"` + strings.Join(lines, `\r\n`) + `"}`
}()

const candidateJSON = `{"candidate":"candidate:842163049 1 udp 1677729535 203.0.113.7 54321 typ srflx ` +
	`raddr 10.0.0.5 rport 54321 generation 0 ufrag Jc3e network-cost 999","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"Jc3e"}`

var benchPackets = []struct{ name, text string }{
	{"offer", `2["offer",` + offerJSON + `]`},
	{"candidate", `2["onicecandidate",` + candidateJSON + `]`},
	{"message", `2["message",{"channel":"QCVDnLnSFCGhaLpJAAAB","message":` + candidateJSON + `}]`},
}

func BenchmarkDecodeText(b *testing.B) {
	for _, p := range benchPackets {
		b.Run(p.name, func(b *testing.B) {
			var d Decoder
			text := []byte(p.text)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.Text(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkStandardValid is what only checking the payload costs with encoding/json.
func BenchmarkStandardValid(b *testing.B) {
	for _, p := range benchPackets {
		b.Run(p.name, func(b *testing.B) {
			text := []byte(p.text[1:])
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if !json.Valid(text) {
					b.Fatal("the payload is not valid")
				}
			}
		})
	}
}

func BenchmarkDecodeBinary(b *testing.B) {
	var d Decoder
	text := []byte(`51-["message",{"channel":"room","message":{"file":{"_placeholder":true,"num":0}}}]`)
	attachment := make([]byte, 1500)
	b.SetBytes(int64(len(text) + len(attachment)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Text(text); err != nil {
			b.Fatal(err)
		}
		if _, err := d.Binary(attachment); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendEvent(b *testing.B) {
	for name, arg := range map[string]Value{"offer": {JSON: []byte(offerJSON)}, "candidate": {JSON: []byte(candidateJSON)}} {
		b.Run(name, func(b *testing.B) {
			var dst []byte
			b.SetBytes(int64(len(arg.JSON)))
			b.ReportAllocs()
			for b.Loop() {
				dst, _ = AppendEvent(dst[:0], "/", "offer", arg)
			}
		})
	}
}

func BenchmarkAppendEventBinary(b *testing.B) {
	p := decodeBinary(b, `51-["message",{"file":{"_placeholder":true,"num":0}}]`, make([]byte, 1500))
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = AppendEvent(dst[:0], "/", "message", p.Args...)
	}
}

// BenchmarkField is what finding the channel and the message of a message event costs.
func BenchmarkField(b *testing.B) {
	v := Value{JSON: []byte(`{"channel":"QCVDnLnSFCGhaLpJAAAB","message":` + offerJSON + `}`)}
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := v.Field("channel"); !ok {
			b.Fatal("no channel")
		}
		if _, ok := v.Field("message"); !ok {
			b.Fatal("no message")
		}
	}
}
