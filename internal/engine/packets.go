package engine

import (
	"signaling/internal/packet"
	"signaling/internal/websocket"
)

// The packets without data.
var (
	closePacket = packet.New(packet.Close, "")
	pingPacket  = packet.New(packet.Ping, "")
	pongPacket  = packet.New(packet.Pong, "")
	noopPacket  = packet.New(packet.Noop, "")
)

// closeFrame is a close frame without a code.
var (
	closeFrame       = websocket.CloseFrame(websocket.NoCode)
	closeFramePacket = packet.NewControl(closeFrame)
)
